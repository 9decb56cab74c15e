package workwell.oracle;

import ca.uhn.fhir.context.FhirContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code --definitions DIR} (any number), {@code --snapshots OUT}, {@code --out FILE}, then the
 * folder whose documents are judged. Exit 2 for a wrong command line.
 */
public final class Main {

    private final List<Path> definitions = new ArrayList<>();
    private Path snapshots;
    private Path out;
    private Path folder;

    private Main() {}

    public static void main(String[] words) throws IOException {
        Main main = new Main();
        if (!main.read(words)) {
            System.err.println("usage: [--definitions DIR]... [--snapshots OUT] [--out FILE] [FOLDER]");
            System.exit(2);
        }
        main.run();
    }

    private boolean read(String[] words) {
        for (int at = 0; at < words.length; at++) {
            boolean isOption = words[at].startsWith("--");
            if (isOption && at + 1 == words.length) {
                return false;
            }
            switch (words[at]) {
                case "--definitions" -> definitions.add(Path.of(words[++at]));
                case "--snapshots" -> snapshots = Path.of(words[++at]);
                case "--out" -> out = Path.of(words[++at]);
                default -> {
                    if (isOption || folder != null) {
                        return false;
                    }
                    folder = Path.of(words[at]);
                }
            }
        }
        return folder != null || snapshots != null;
    }

    private void run() throws IOException {
        FhirContext context = FhirContext.forR4();
        Definitions read = new Definitions(context);
        for (Path from : definitions) {
            read.load(from);
        }
        Oracle oracle = new Oracle(context, read);
        if (snapshots != null) {
            oracle.writeSnapshots(snapshots);
        }
        if (folder != null) {
            judge(oracle);
        }
    }

    private void judge(Oracle oracle) throws IOException {
        ObjectMapper json = new ObjectMapper();
        try (PrintStream to = out == null ? System.out : new PrintStream(out.toFile(), StandardCharsets.UTF_8)) {
            for (Path path : documents()) {
                String file = folder.relativize(path).toString().replace('\\', '/');
                to.print(json.writeValueAsString(oracle.verdict(file, path)) + "\n");
            }
        }
    }

    /** Every JSON or XML file below the folder, in the order of their relative paths. */
    private List<Path> documents() throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile)
                    .filter(path -> path.toString().endsWith(".json") || path.toString().endsWith(".xml"))
                    .sorted()
                    .toList();
        }
    }
}
