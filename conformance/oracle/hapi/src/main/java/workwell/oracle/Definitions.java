package workwell.oracle;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.IParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;

/** Reads published definitions, FHIR XML or JSON, out of folders. */
final class Definitions {

    /** The kinds a validator works from; other resources in the folders are passed over. */
    private static final Pattern WANTED =
            Pattern.compile(
                    "<(StructureDefinition|ValueSet|CodeSystem)\\b"
                            + "|\"resourceType\"\\s*:\\s*\"(StructureDefinition|ValueSet|CodeSystem)\"");

    private final FhirContext context;
    private final PrePopulatedValidationSupport support;
    private final List<StructureDefinition> structures = new ArrayList<>();

    Definitions(FhirContext context) {
        this.context = context;
        this.support = new PrePopulatedValidationSupport(context);
    }

    PrePopulatedValidationSupport support() {
        return support;
    }

    /** The StructureDefinitions in the order of their files. */
    List<StructureDefinition> structures() {
        return structures;
    }

    /** Loads every definition below a folder, in the order of the paths; examples are left out. */
    void load(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).filter(Definitions::mayHoldOne).sorted().toList();
        }
        for (Path file : files) {
            String text = Files.readString(file);
            if (WANTED.matcher(head(text)).find()) {
                add(file, text);
            }
        }
    }

    private void add(Path file, String text) {
        boolean isXml = file.toString().endsWith(".xml");
        IParser parser = isXml ? context.newXmlParser() : context.newJsonParser();
        IBaseResource resource;
        try {
            resource = parser.parseResource(text);
        } catch (RuntimeException fault) {
            throw new IllegalArgumentException(file + " is no readable definition", fault);
        }
        if (resource instanceof StructureDefinition structure) {
            structures.add(structure);
            support.addResource(structure);
        } else if (resource instanceof ValueSet || resource instanceof CodeSystem) {
            support.addResource(resource);
        }
    }

    private static boolean mayHoldOne(Path file) {
        String path = file.toString().replace('\\', '/');
        return (path.endsWith(".xml") || path.endsWith(".json")) && !path.contains("/examples/");
    }

    /** The licence comments of the published files stand before the root element. */
    private static String head(String text) {
        return text.substring(0, Math.min(text.length(), 6_000));
    }
}
