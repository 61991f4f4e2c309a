import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Runs one Elasticsearch node from the jars that Maven carries.
 *
 * <p>Arguments: the installation (it holds {@code modules/}), the instance's own directory (data, logs and an empty
 * configuration), then settings as {@code name=value}. SIGTERM closes the node; its data is flushed.
 */
final class EsNode {
    private EsNode() {}

    public static void main(String[] args) throws Exception {
        Path installation = Path.of(args[0]);
        Path instance = Path.of(args[1]);
        Path configuration = Files.createDirectories(instance.resolve("config"));

        Settings.Builder settings = Settings.builder()
            .put("path.home", installation)
            .put("path.data", instance.resolve("data"))
            .put("path.logs", instance.resolve("logs"))
            .put("node.name", "paylog")
            .put("network.host", "127.0.0.1")
            .put("discovery.type", "single-node")
            // A developer's disk is often nearly full; the default watermarks would then block every index.
            .put("cluster.routing.allocation.disk.threshold_enabled", false);
        for (int i = 2; i < args.length; i++) {
            int split = args[i].indexOf('=');
            settings.put(args[i].substring(0, split), args[i].substring(split + 1));
        }

        LogConfigurator.registerErrorListener();
        Environment environment =
            InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), configuration, () -> "paylog");
        LogConfigurator.configureWithoutConfig(environment.settings());
        PluginsLoader plugins = PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(environment.modulesDir()), Set.of(), Map.of(), false);

        Node node = new Node(environment, plugins);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node), "close-node"));
        node.start();
        new CountDownLatch(1).await();
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception failure) {
            failure.printStackTrace();
        }
    }
}
