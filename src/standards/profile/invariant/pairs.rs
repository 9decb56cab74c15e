//! Each invariant with a value that it lets pass and one that it does not.

use super::{Check, of};
use crate::standards::fhir::{Document, Limits};

/// Key, good, bad. Empty objects stand for content that is of no matter here.
#[rustfmt::skip]
const PAIRS: [(&str, &str, &str); 97] = [
    ("dom-2", r#"{"contained":[{"id":"a"}]}"#, r#"{"contained":[{"contained":[{}]}]}"#),
    ("dom-3", r##"{"contained":[{"id":"a"}],"x":{"reference":"#a"}}"##, r#"{"contained":[{"id":"a"}]}"#),
    ("dom-4", r#"{"contained":[{"meta":{"profile":["urn:x"]}}]}"#, r#"{"contained":[{"meta":{"versionId":"1"}}]}"#),
    ("dom-5", r#"{"contained":[{"meta":{}}]}"#, r#"{"contained":[{"meta":{"security":[{}]}}]}"#),
    ("ext-1", r#"{"url":"urn:x","valueCode":"a"}"#, r#"{"url":"urn:x"}"#),
    ("ext-1", r#"{"url":"urn:x","extension":[{}]}"#, r#"{"url":"urn:x","extension":[{}],"valueCode":"a"}"#),
    ("age-1", r#"{"value":3,"code":"a","system":"http://unitsofmeasure.org"}"#, r#"{"value":0,"code":"a","system":"http://unitsofmeasure.org"}"#),
    ("att-1", r#"{"data":"QQ==","contentType":"text/plain"}"#, r#"{"data":"QQ=="}"#),
    ("cnt-3", r#"{"value":3,"code":"1","system":"http://unitsofmeasure.org"}"#, r#"{"value":3.5,"code":"1","system":"http://unitsofmeasure.org"}"#),
    ("cpt-2", r#"{"value":"x","system":"phone"}"#, r#"{"value":"x"}"#),
    ("dis-1", r#"{"value":1,"code":"m","system":"http://unitsofmeasure.org"}"#, r#"{"value":1}"#),
    ("drt-1", r#"{"value":1,"code":"h","system":"http://unitsofmeasure.org"}"#, r#"{"value":1,"code":"h","system":"urn:x"}"#),
    ("mqty-1", r#"{"value":1,"code":"GBP","system":"urn:iso:std:iso:4217"}"#, r#"{"value":1,"code":"GBP","system":"http://unitsofmeasure.org"}"#),
    ("sqty-1", r#"{"value":1}"#, r#"{"value":1,"comparator":"<"}"#),
    ("qty-3", r#"{"code":"a","system":"urn:x"}"#, r#"{"code":"a"}"#),
    ("per-1", r#"{"start":"2026-01","end":"2026-01-31"}"#, r#"{"start":"2026-02-01","end":"2026-01-31"}"#),
    ("per-1", r#"{"start":"2026-01-01T23:30:00-02:00","end":"2026-01-02T02:00:00Z"}"#, r#"{"start":"2026-01-01T23:30:00-02:00","end":"2026-01-02T01:00:00Z"}"#),
    ("rat-1", r#"{"numerator":{},"denominator":{}}"#, r#"{"numerator":{}}"#),
    ("rng-2", r#"{"low":{"value":1},"high":{"value":2}}"#, r#"{"low":{"value":10},"high":{"value":9}}"#),
    ("exp-1", r#"{"expression":"x"}"#, r#"{"language":"x"}"#),
    ("tim-1", r#"{"duration":1,"durationUnit":"h"}"#, r#"{"duration":1}"#),
    ("tim-2", r#"{"period":1,"periodUnit":"h"}"#, r#"{"period":1}"#),
    ("tim-4", r#"{"duration":0}"#, r#"{"duration":-1}"#),
    ("tim-5", r#"{"period":0}"#, r#"{"period":-1}"#),
    ("tim-6", r#"{"period":1,"periodMax":2}"#, r#"{"periodMax":2}"#),
    ("tim-7", r#"{"duration":1,"durationMax":2}"#, r#"{"durationMax":2}"#),
    ("tim-8", r#"{"count":1,"countMax":2}"#, r#"{"countMax":2}"#),
    ("tim-9", r#"{"offset":1,"when":["MORN"]}"#, r#"{"offset":1,"when":["C"]}"#),
    ("tim-10", r#"{"when":["C"]}"#, r#"{"when":["C"],"timeOfDay":["10:00:00"]}"#),
    ("bdl-1", r#"{"type":"searchset","total":1}"#, r#"{"type":"message","total":1}"#),
    ("bdl-2", r#"{"type":"searchset","entry":[{"search":{}}]}"#, r#"{"type":"message","entry":[{"search":{}}]}"#),
    ("bdl-3", r#"{"type":"batch","entry":[{"request":{}}]}"#, r#"{"type":"message","entry":[{"request":{}}]}"#),
    ("bdl-4", r#"{"type":"batch-response","entry":[{"response":{}}]}"#, r#"{"type":"message","entry":[{"response":{}}]}"#),
    ("bdl-5", r#"{"resource":{}}"#, r#"{"fullUrl":"urn:x"}"#),
    ("bdl-8", r#"{"fullUrl":"https://a.example/Patient/1"}"#, r#"{"fullUrl":"https://a.example/Patient/1/_history/1"}"#),
    ("bdl-9", r#"{"type":"document","identifier":{"system":"urn:x","value":"1"}}"#, r#"{"type":"document"}"#),
    ("bdl-10", r#"{"type":"document","timestamp":"2026-01-01T00:00:00Z"}"#, r#"{"type":"document"}"#),
    ("bdl-11", r#"{"type":"document","entry":[{"resource":{"resourceType":"Composition"}}]}"#, r#"{"type":"document","entry":[{"resource":{"resourceType":"Patient"}}]}"#),
    ("bdl-12", r#"{"type":"message","entry":[{"resource":{"resourceType":"MessageHeader"}}]}"#, r#"{"type":"message"}"#),
    ("ait-1", r#"{"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"entered-in-error"}]}}"#, "{}"),
    ("ait-2", r#"{"clinicalStatus":{}}"#, r#"{"clinicalStatus":{},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"entered-in-error"}]}}"#),
    ("app-1", r#"{"actor":{}}"#, r#"{"status":"accepted"}"#),
    ("app-2", r#"{"start":"a","end":"b"}"#, r#"{"start":"a"}"#),
    ("app-3", r#"{"status":"proposed"}"#, r#"{"status":"booked"}"#),
    ("app-4", r#"{"status":"noshow","cancelationReason":{}}"#, r#"{"status":"booked","cancelationReason":{}}"#),
    ("cmp-1", r#"{"text":{}}"#, r#"{"title":"x"}"#),
    ("cmp-2", r#"{"entry":[{}]}"#, r#"{"entry":[{}],"emptyReason":{}}"#),
    ("con-1", r#"{"summary":{}}"#, r#"{"type":{}}"#),
    ("con-2", r#"{"code":[{}]}"#, r#"{"id":"x"}"#),
    ("con-4", r#"{"abatementString":"x","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"resolved"}]}}"#, r#"{"abatementString":"x"}"#),
    ("con-5", r#"{"clinicalStatus":{}}"#, r#"{"clinicalStatus":{},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"entered-in-error"}]}}"#),
    ("cpl-3", r#"{"detail":{}}"#, r#"{"detail":{},"reference":{}}"#),
    ("ctm-1", r#"{"onBehalfOf":{},"member":{"reference":"Practitioner/1"}}"#, r#"{"onBehalfOf":{},"member":{"reference":"Patient/1"}}"#),
    ("gol-1", r#"{"detailString":"x","measure":{}}"#, r#"{"detailString":"x"}"#),
    ("grp-1", r#"{"actual":true,"member":[{}]}"#, r#"{"actual":false,"member":[{}]}"#),
    ("imm-1", r#"{"reference":"urn:x"}"#, r#"{"id":"x"}"#),
    ("inv-1", r#"{"resourceType":"Task","authoredOn":"2026-01-01","lastModified":"2026-01-02"}"#, r#"{"resourceType":"Task","authoredOn":"2026-01-02","lastModified":"2026-01-01"}"#),
    ("inv-1", r#"{"name":"x","valueCode":"a"}"#, r#"{"name":"x"}"#),
    ("lst-1", r#"{"entry":[{}]}"#, r#"{"entry":[{}],"emptyReason":{}}"#),
    ("lst-2", r#"{"mode":"changes","entry":[{"deleted":true}]}"#, r#"{"mode":"working","entry":[{"deleted":true}]}"#),
    ("lst-3", r#"{"mode":"working","entry":[{"date":"2026"}]}"#, r#"{"mode":"changes","entry":[{"date":"2026"}]}"#),
    ("md-1", r#"{"max":"*"}"#, r#"{"max":"0"}"#),
    ("obs-3", r#"{"low":{}}"#, r#"{"type":{}}"#),
    ("obs-6", r#"{"valueString":"x"}"#, r#"{"valueString":"x","dataAbsentReason":{}}"#),
    ("obs-7", r#"{"valueString":"x","code":{"coding":[{"code":"a"}]},"component":[{"code":{"coding":[{"code":"b"}]}}]}"#, r#"{"valueString":"x","code":{"coding":[{"code":"a"}]},"component":[{"code":{"coding":[{"code":"a"}]}}]}"#),
    ("org-1", r#"{"name":"x"}"#, r#"{"active":true}"#),
    ("org-2", r#"{"use":"work"}"#, r#"{"use":"home"}"#),
    ("org-3", r#"{"use":"work"}"#, r#"{"use":"home"}"#),
    ("pat-1", r#"{"telecom":[{}]}"#, r#"{"gender":"female"}"#),
    ("ppc-1", r#"{"policyRule":{}}"#, r#"{"status":"active"}"#),
    ("ppc-2", r#"{"patient":{},"scope":{"coding":[{"system":"something","code":"patient-privacy"}]}}"#, r#"{"scope":{"coding":[{"system":"something","code":"patient-privacy"}]}}"#),
    ("prr-1", r#"{"orderDetail":[{}],"code":{}}"#, r#"{"orderDetail":[{}]}"#),
    ("sev-1", r#"{"name":"x"}"#, r#"{"name":"x","query":"QQ=="}"#),
    ("qrs-1", r#"{"answer":[{}]}"#, r#"{"answer":[{}],"item":[{}]}"#),
    ("que-1", r#"{"type":"group","item":[{}]}"#, r#"{"type":"group"}"#),
    ("que-2", r#"{"item":[{"linkId":"1"},{"linkId":"2"}]}"#, r#"{"item":[{"linkId":"1","item":[{"linkId":"1"}]}]}"#),
    ("que-3", r#"{"type":"string","code":[{}]}"#, r#"{"type":"display","code":[{}]}"#),
    ("que-4", r#"{"answerOption":[{}]}"#, r#"{"answerOption":[{}],"answerValueSet":"urn:x"}"#),
    ("que-5", r#"{"type":"choice","answerValueSet":"urn:x"}"#, r#"{"type":"string","answerValueSet":"urn:x"}"#),
    ("que-6", r#"{"type":"string","required":true}"#, r#"{"type":"display","required":true}"#),
    ("que-7", r#"{"operator":"exists","answerBoolean":true}"#, r#"{"operator":"exists","answerString":"x"}"#),
    ("que-8", r#"{"type":"string","initial":[{}]}"#, r#"{"type":"group","initial":[{}]}"#),
    ("que-9", r#"{"type":"string","readOnly":true}"#, r#"{"type":"display","readOnly":true}"#),
    ("que-10", r#"{"type":"string","maxLength":3}"#, r#"{"type":"date","maxLength":3}"#),
    ("que-11", r#"{"answerOption":[{}]}"#, r#"{"answerOption":[{}],"initial":[{}]}"#),
    ("que-12", r#"{"enableWhen":[{},{}],"enableBehavior":"all"}"#, r#"{"enableWhen":[{},{}]}"#),
    ("que-13", r#"{"repeats":true,"initial":[{},{}]}"#, r#"{"initial":[{},{}]}"#),
    ("cpb-0", r#"{"name":"Gateway_1"}"#, r#"{"name":"the gateway"}"#),
    ("cpb-1", r#"{"rest":[{}]}"#, r#"{"status":"active"}"#),
    ("cpb-9", r#"{"resource":[{"type":"Patient"},{"type":"Task"}]}"#, r#"{"resource":[{"type":"Task"},{"type":"Task"}]}"#),
    ("cpb-14", r#"{"kind":"instance","implementation":{}}"#, r#"{"kind":"instance"}"#),
    ("csd-1", r#"{"concept":[{"code":"a","property":[{"code":"a"}]},{"code":"b"}]}"#, r#"{"concept":[{"code":"a","concept":[{"code":"a"}]}]}"#),
    ("vsd-1", r#"{"system":"urn:x"}"#, r#"{"version":"1"}"#),
    ("vsd-2", r#"{"system":"urn:x","concept":[{}]}"#, r#"{"concept":[{}]}"#),
    ("vsd-3", r#"{"concept":[{}]}"#, r#"{"concept":[{}],"filter":[{}]}"#),
    ("ukcore-imm-001", r#"{"status":"not-done","statusReason":{}}"#, r#"{"status":"not-done"}"#),
    ("ukcore-obs-vs-001", r#"{"code":{"coding":[{"system":"http://loinc.org","code":"1"}]}}"#, r#"{"code":{"text":"x"}}"#),
];

#[test]
fn an_invariant_lets_the_good_pass_and_not_the_bad() {
    let mut faults = Vec::new();
    for (key, good, bad) in PAIRS {
        let Check::Holds(holds) = of(key).check else {
            faults.push(format!("{key} is not judged"));
            continue;
        };
        for (json, wanted) in [(good, true), (bad, false)] {
            let read = Document::read(json.as_bytes().to_vec(), &Limits::default());
            let (document, _) = read.expect("well-formed");
            if holds(document.root()) != wanted {
                faults.push(format!("{key} of {json} is not {wanted}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
