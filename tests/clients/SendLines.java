import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends each line of standard input as a message: brokers and topic are the arguments. Settings as in docs/sending/kafka.md. */
public class SendLines {
  public static void main(String[] args) throws Exception {
    var settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
    settings.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
    settings.put("acks", "all");
    settings.put("compression.type", "lz4");
    settings.put("linger.ms", "20");
    settings.put("delivery.timeout.ms", "600000");
    try (var producer = new KafkaProducer<String, String>(settings);
        var lines = new BufferedReader(new InputStreamReader(System.in))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        producer.send(
            new ProducerRecord<>(args[1], line),
            (metadata, error) -> {
              if (error == null) return;
              System.err.println("not sent: " + error);
              System.exit(1);
            });
      }
    }
  }
}
