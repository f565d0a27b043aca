import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.VirtualMachine;
import java.lang.management.ManagementFactory;
import java.util.stream.LongStream;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Prints how many bytes the threads of a JVM have allocated; its argument is the process id. */
public class Allocated {

    public static void main(String... arguments) throws Exception {
        var address = VirtualMachine.attach(arguments[0]).startLocalManagementAgent();
        try (var connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
            var threads = ManagementFactory.newPlatformMXBeanProxy(connector.getMBeanServerConnection(),
                    ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
            var each = threads.getThreadAllocatedBytes(threads.getAllThreadIds());
            System.out.println(LongStream.of(each).filter(bytes -> bytes > 0).sum());
        }
    }
}
