//! Which entries a filter lets through.

use super::*;

static WITHOUT_INDEX: LazyLock<Arc<Memory>> = LazyLock::new(|| {
    let storage = SEASON.storage.snapshot();
    simulation::index_files::drop_index(&storage);
    Arc::new(storage)
});

/// Whether a filter lets an entry through, said once more, over its JSON.
fn plainly_admits(filter: &Filter, entry: &Entry) -> bool {
    let json = serde_json::to_value(entry).unwrap();
    let operation = &json["operation"];
    let text = |field: &str| operation[field].as_str().unwrap_or_default();
    let accounts = json["postings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|posting| [&posting["debit"], &posting["credit"]]);
    let accounts: Vec<&str> = accounts.map(|account| account.as_str().unwrap()).collect();
    let of_bureau = |id: &str| {
        let families = ["bills:bureau", "circulation:bureau", "fund:till", "fund:receivable"];
        let held = families.map(|family| format!("{family}:{id}"));
        text("bureau") == id
            || text("from_till") == id
            || accounts.iter().any(|account| held.contains(&(*account).to_owned()))
    };
    filter.from_sequence.is_none_or(|first| json["sequence"].as_u64() >= Some(first.number()))
        && filter.to_sequence.is_none_or(|last| json["sequence"].as_u64() <= Some(last.number()))
        && filter.reference.as_ref().is_none_or(|reference| text("ref") == reference.as_str())
        && filter.op.as_ref().is_none_or(|op| text("op") == op)
        && filter.account.as_ref().is_none_or(|account| accounts.contains(&account.to_string().as_str()))
        && filter.bureau.as_ref().is_none_or(|bureau| of_bureau(bureau.as_str()))
        && filter.member.as_ref().is_none_or(|member| text("member") == member.as_str())
        && filter.from.is_none_or(|first| text("on") >= first.to_string().as_str())
        && filter.to.is_none_or(|last| text("on") <= last.to_string().as_str())
}

fn filters() -> impl Strategy<Value = Filter> {
    let entry = || select(&SEASON.entries[..]);
    let sequence = || (0_u64..900).prop_map(Sequence::new);
    let account = entry().prop_filter_map("postings", |entry| Some(entry.postings.iter().last()?.credit()));
    let bureau = select(vec!["ales", "florac", "meyrueis", "office", "nowhere"]);
    let member = select(vec!["U-0001", "U-0007", "A-001", "nobody"]);
    let op = select(Act::NAMES).prop_map(ToOwned::to_owned);
    let date = || entry().prop_map(|entry| entry.operation.on);
    (
        (weighted(0.3, sequence()), weighted(0.3, sequence()), weighted(0.3, date()), weighted(0.3, date())),
        weighted(0.05, entry().prop_map(|entry| entry.operation.reference)),
        (weighted(0.3, op), weighted(0.3, account)),
        weighted(0.3, bureau.prop_map(|id| id.parse().unwrap())),
        weighted(0.2, member.prop_map(|id| id.parse().unwrap())),
    )
        .prop_map(
            |((from_sequence, to_sequence, from, to), reference, (op, account), bureau, member)| Filter {
                from_sequence,
                to_sequence,
                reference,
                op,
                account,
                bureau,
                member,
                from,
                to,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_filter_shows_what_a_plain_look_at_every_entry_would(filter in filters()) {
        let expected: Vec<&Entry> = SEASON.entries.iter().filter(|entry| plainly_admits(&filter, entry)).collect();
        // With its index, while somebody has that, and without it.
        for storage in [&SEASON.storage, &*WITHOUT_INDEX] {
            let found = entries(storage, &filter);
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected.clone());
        }
    }
}

#[test]
fn each_field_of_a_filter_alone_shows_what_a_plain_look_would() {
    let (some, none) = (&SEASON.entries[500], Filter::default);
    let account = |name: &str| Filter::of_account(name.parse().unwrap());
    let members = ["U-0001", "A-001"].map(|id| Filter { member: Some(id.parse().unwrap()), ..none() });
    let bureaux = ["ales", "meyrueis"].map(|id| Filter { bureau: Some(id.parse().unwrap()), ..none() });
    let of_one_field = [
        Filter { from_sequence: Some(Sequence::new(400)), ..none() },
        Filter { to_sequence: Some(Sequence::new(400)), ..none() },
        Filter { reference: Some(some.operation.reference.clone()), ..none() },
        Filter { op: Some("reconvert".to_owned()), ..none() },
        account("fund:till:ales"),
        account("own:bank"),
        Filter { from: Some(some.operation.on), ..none() },
        Filter::up_to(some.operation.on),
    ];
    for filter in of_one_field.into_iter().chain(members).chain(bureaux) {
        let found = entries(&SEASON.storage, &filter);
        assert!(!found.is_empty() && found.len() < 890, "{filter:?}");
        assert!(
            found.iter().eq(SEASON.entries.iter().filter(|entry| plainly_admits(&filter, entry))),
            "{filter:?}"
        );
    }
    let view = View::open(SEASON.storage.clone()).unwrap();
    assert_eq!(view.entry_of(&some.operation.reference).unwrap().as_ref(), Some(some));
    assert_eq!(view.entry_of(&"no-such-ref".parse().unwrap()).unwrap(), None);
}
