package dev.keyturn.servers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

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
            for (var server : needed.map(NeedsServer::value).orElse(new ServerBinary[0])) {
                try {
                    server.path();
                } catch (IllegalStateException missing) {
                    if ("true".equals(System.getenv("CI"))) {
                        throw missing;
                    }
                    System.err.println(
                            "\n*** SKIPPED: " + context.getDisplayName() + ": " + missing.getMessage() + "\n");
                    return ConditionEvaluationResult.disabled(missing.getMessage());
                }
            }
            return ConditionEvaluationResult.enabled("its servers are there");
        }
    }
}
