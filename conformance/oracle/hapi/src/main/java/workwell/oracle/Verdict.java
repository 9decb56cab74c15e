package workwell.oracle;

import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What the validator said of one file, as data that does not change from run to run. */
final class Verdict {

    private static final List<String> WORST_FIRST = List.of("fatal", "error", "warning", "information");

    /** The validator names the resource inside its paths: {@code resource/*Patient/null*}{@code /}. */
    private static final Pattern REMARK = Pattern.compile("/\\*.*?\\*/");

    /** Java's own name of an object, which differs from run to run. */
    private static final Pattern OBJECT = Pattern.compile("@[0-9a-f]{5,8}\\b");

    private Verdict() {}

    /** One record: the file, its worst severity, how many of each, the findings. */
    static Map<String, Object> of(String file, ValidationResult result) {
        List<Map<String, String>> findings = new ArrayList<>();
        for (SingleValidationMessage message : result.getMessages()) {
            findings.add(finding(message));
        }
        return record(file, findings);
    }

    /** A file at which the validator itself failed. */
    static Map<String, Object> failed(String file, RuntimeException fault) {
        Map<String, String> finding = new LinkedHashMap<>();
        finding.put("severity", "fatal");
        finding.put("location", "");
        finding.put("id", "validator-failed");
        finding.put("message", fault.getClass().getSimpleName() + ": " + fault.getMessage());
        return record(file, new ArrayList<>(List.of(finding)));
    }

    private static Map<String, Object> record(String file, List<Map<String, String>> findings) {
        List<Map<String, String>> sorted =
                findings.stream()
                        .distinct()
                        .sorted(
                                Comparator.comparing((Map<String, String> f) -> WORST_FIRST.indexOf(f.get("severity")))
                                        .thenComparing(f -> f.get("location"))
                                        .thenComparing(f -> f.get("id"))
                                        .thenComparing(f -> f.get("message")))
                        .toList();
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("file", file);
        record.put("verdict", sorted.isEmpty() ? "clean" : sorted.get(0).get("severity"));
        record.put("findings", sorted);
        return record;
    }

    private static Map<String, String> finding(SingleValidationMessage message) {
        Map<String, String> finding = new LinkedHashMap<>();
        finding.put("severity", message.getSeverity().name().toLowerCase(Locale.ROOT));
        finding.put("location", path(message.getLocationString()));
        finding.put("id", message.getMessageId() == null ? "" : message.getMessageId());
        String said = message.getMessage() == null ? "" : message.getMessage().strip();
        finding.put("message", OBJECT.matcher(said).replaceAll(""));
        return finding;
    }

    private static String path(String location) {
        return location == null ? "" : REMARK.matcher(location).replaceAll("");
    }
}
