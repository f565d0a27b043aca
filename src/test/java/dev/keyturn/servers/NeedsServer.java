package dev.keyturn.servers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/**
 * The tests of this class run real servers. Where one cannot be had they are skipped, loudly; with {@code CI=true} they
 * fail. It is decided before anything is started, a Quarkus application included.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(NeedsServer.Condition.class)
public @interface NeedsServer {

    ServerBinary[] value();

    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            var needed = AnnotationSupport.findAnnotation(context.getTestClass(), NeedsServer.class);
            var missing = new ArrayList<String>();
            for (var server : needed.map(NeedsServer::value).orElse(new ServerBinary[0])) {
                try {
                    server.path();
                } catch (IllegalStateException none) {
                    missing.add(none.getMessage());
                }
            }
            if (missing.isEmpty()) {
                return ConditionEvaluationResult.enabled("its servers are there");
            }
            var skip = Skip.loudly(context.getRequiredTestClass(), String.join("\n", missing));
            if (skip instanceof TestAbortedException) {
                return ConditionEvaluationResult.disabled(skip.getMessage());
            }
            throw skip;
        }
    }
}
