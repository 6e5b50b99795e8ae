import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

/** A server of the JDK's own kind: Gateway PORT. */
public class Gateway {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", exchange -> {
            byte[] answer = (ProcessHandle.current().pid() + "\n").getBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }
}
