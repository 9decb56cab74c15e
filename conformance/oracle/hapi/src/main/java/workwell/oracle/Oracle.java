package workwell.oracle;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import ca.uhn.fhir.validation.FhirValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r4.model.StructureDefinition;

/**
 * HAPI's instance validator over base R4 and the definitions given. Nothing is fetched: what is
 * not in the folders is unknown.
 */
final class Oracle {

    private final FhirContext context;
    private final Definitions definitions;
    private final IValidationSupport chain;
    private final FhirValidator validator;

    Oracle(FhirContext context, Definitions definitions) {
        this.context = context;
        this.definitions = definitions;
        UnknownCodeSystemWarningValidationSupport unknownSystems =
                new UnknownCodeSystemWarningValidationSupport(context);
        unknownSystems.setNonExistentCodeSystemSeverity(IValidationSupport.IssueSeverity.WARNING);
        this.chain =
                new ValidationSupportChain(
                        new DefaultProfileValidationSupport(context),
                        definitions.support(),
                        new SnapshotGeneratingValidationSupport(context),
                        new CommonCodeSystemsTerminologyService(context),
                        new InMemoryTerminologyServerValidationSupport(context),
                        unknownSystems);
        FhirInstanceValidator module = new FhirInstanceValidator(chain);
        this.validator = context.newValidator().registerValidatorModule(module);
    }

    /** Validates a document as the resource it is, with the profiles that it and its entries claim. */
    Map<String, Object> verdict(String file, Path path) throws IOException {
        String text = Files.readString(path);
        try {
            return Verdict.of(file, validator.validateWithResult(text));
        } catch (RuntimeException fault) {
            return Verdict.failed(file, fault);
        }
    }

    /** Writes every StructureDefinition with its snapshot, one JSON file each, named by its id. */
    void writeSnapshots(Path out) throws IOException {
        Files.createDirectories(out);
        ValidationSupportContext asking = new ValidationSupportContext(chain);
        for (StructureDefinition structure : definitions.structures()) {
            StructureDefinition whole = structure;
            if (!structure.hasSnapshot()) {
                whole = (StructureDefinition) chain.generateSnapshot(asking, structure.copy(), structure.getUrl(), null, null);
            }
            if (whole == null || !whole.hasSnapshot()) {
                System.err.println("no snapshot: " + structure.getUrl());
                continue;
            }
            String json = context.newJsonParser().setPrettyPrint(true).encodeResourceToString(whole);
            Files.writeString(out.resolve(structure.getIdPart() + ".json"), json + "\n");
        }
    }
}
