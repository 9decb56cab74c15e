//! What a case may hold and no table knows: codes of the listed groups, and whole fields.

use crate::adapters::tables::Loaded;
use crate::domain::case::ConditionGroups;
use crate::domain::mapping::{self, CodeList, FieldKind, Part, Transform, UnmappedPolicy};
use crate::domain::provider::Provider;
use crate::problem::Problem;
use crate::problem::area::tables_in_use as entry;

/// Codes shown of many.
const EXAMPLES: usize = 3;

/// Lists that translate diagnosis codes and lack some that the gateway recognises.
pub(super) fn codes(loaded: &Loaded) -> Vec<Problem> {
    let providers = loaded.providers.iter();
    providers
        .flat_map(|provider| of_provider(provider, &loaded.condition_groups))
        .collect()
}

fn of_provider(provider: &Provider, groups: &ConditionGroups) -> Vec<Problem> {
    let mut lists: Vec<&CodeList> = Vec::new();
    for row in &provider.fields {
        // The fields that hold codes as they are sent; a closed list is checked when the
        // tables are loaded.
        let coded = row.source.is_some_and(|field| {
            let is_text = matches!(field.kind, FieldKind::Text | FieldKind::Texts);
            is_text && (field.name.ends_with("_code") || field.name.ends_with("_codes"))
        });
        let first = row.steps.iter().find_map(|step| match step {
            Transform::Code { index, .. } => provider.codes.get(*index),
            _ => None,
        });
        if let Some(list) = first.filter(|_| coded)
            && !lists.iter().any(|known| known.name == list.name)
        {
            lists.push(list);
        }
    }
    let lists = lists.into_iter();
    lists
        .filter_map(|list| lacking(provider, list, groups))
        .collect()
}

fn lacking(provider: &Provider, list: &CodeList, groups: &ConditionGroups) -> Option<Problem> {
    if list.unmapped == UnmappedPolicy::Omit {
        return None;
    }
    let known = groups.rows().iter();
    let mut codes: Vec<String> = known
        .map(|row| format!("{}|{}", row.alias, row.code))
        .filter(|code| !list.answers(code))
        .collect();
    codes.sort_unstable();
    if codes.is_empty() {
        return None;
    }
    let count = codes.len();
    let shown: Vec<String> = codes.into_iter().take(EXAMPLES).collect();
    let more = match count.saturating_sub(EXAMPLES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let place = format!(
        "{}/{}/codes/{}.csv:1:1",
        provider.area, provider.slug, list.name
    );
    let detail = format!("no row for {}{more}", shown.join(", "));
    let found = Problem::new(&entry::CODE_WITHOUT_ROW).at(place);
    Some(found.with(detail).as_warning())
}

/// Fields that no provider of an area names, in one finding an area.
pub(super) fn fields_of(loaded: &Loaded, area: &str) -> Vec<&'static str> {
    let providers: Vec<_> = loaded
        .providers
        .iter()
        .filter(|provider| provider.area == area)
        .collect();
    let is_named = |name: &str| {
        let mut providers = providers.iter();
        providers.any(|provider| names(provider, name))
    };
    let own = mapping::fields()
        .iter()
        .filter(|field| field.part == Part::Own);
    own.map(|field| field.name)
        .filter(|name| !is_named(name))
        .collect()
}

/// The same as findings.
pub(super) fn fields(loaded: &Loaded) -> Vec<Problem> {
    let areas = loaded.areas.iter();
    let found = areas.filter_map(|area| {
        let names = fields_of(loaded, &area.slug);
        let has_any = loaded.providers.iter().any(|one| one.area == area.slug);
        (has_any && !names.is_empty()).then(|| {
            Problem::new(&entry::FIELD_UNUSED)
                .at(format!("{}/routing.csv:1:1", area.slug))
                .with(names.join(", "))
                .as_warning()
        })
    });
    found.collect()
}

/// Whether a provider's tables name a field, itself or with what it is made of.
fn names(provider: &Provider, name: &str) -> bool {
    let rows = provider.fields.iter().filter_map(|row| row.source);
    let mut rows = rows.into_iter();
    rows.any(|field| match field.part {
        Part::Of(parts) => field.name == name || parts.contains(&name),
        Part::Own | Part::Decision => field.name == name,
    }) || provider
        .withheld
        .iter()
        .any(|(withheld, _)| withheld == name)
}
