use super::*;

fn said(text: &str) -> String {
    let problem = Source::new("f.tf", text.to_owned()).body().unwrap_err();
    let excerpt = problem.excerpt.map(|excerpt| excerpt.text).unwrap_or_default();
    format!("{}: {} [{excerpt}]", problem.at.unwrap(), problem.message)
}

#[test]
fn syntax_errors_say_where_and_what_was_expected() {
    assert_eq!(
        said("a = 1\nb = ]\n"),
        "f.tf:2: this is not HCL: invalid expression; expected `\"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit [b = ]]"
    );
    assert_eq!(
        said("a = 1\n= 2\n"),
        "f.tf:2: this is not HCL: expected the name of an argument or block [= ***]"
    );
    assert_eq!(said("a \"hunter2\" b = 1"), "f.tf:1: this is not HCL: expected `{` [a \"***\" b = ***]");
    assert_eq!(
        said("x = \"hunter2\ny = 1"),
        "f.tf:1: a quoted string that is not closed on its line [x = \"***\"]"
    );
    assert_eq!(said("a = 1\na = 2"), "f.tf:2: the same attribute twice in one block [a = ***]");
    assert_eq!(said("a = {\n b = 1\n b = 2\n}"), "f.tf:3: the same key twice in one object [b = ***]");
    assert!(said("a {\n  b = 1\n").contains("the file ends in the middle of something"));
}

/// Found by fuzzing: the parser read each of these operands twice, and what is in them four times, and so on.
#[test]
fn operands_of_chains_are_not_read_again_and_again() {
    for open in
        ["a + b / {c: ", "a + b / (", "a + b / [", "a && b && f(", "a+b/\n(", "a + b / { c / d + e % {f: "]
    {
        let text = format!("x = 1 + ({}", open.repeat(40));
        assert!(said(&text).contains("nested too deep in the operands"), "{open}: {}", said(&text));
    }
    let sound = "x = a + b * (c + d * (e + f * (g && (h || i)))) + max(1 + 2 * (3), 4)\n".repeat(50);
    let lines: Vec<String> = sound.lines().enumerate().map(|(at, line)| format!("y{at}{line}")).collect();
    assert!(Source::new("f.tf", lines.join("\n")).body().is_ok());
}

#[test]
fn nesting_is_bounded() {
    for open in ["(", "[", "{ a = ", "f("] {
        let text = format!("a = {}", open.repeat(10_000));
        assert!(said(&text).contains("nested deeper than 64 levels"), "{open}");
    }
    assert!(said(&"a {\n".repeat(10_000)).contains("nested deeper than 64 levels"));
    assert!(said(&format!("a = \"{}", "${\"".repeat(10_000))).contains("not closed"));
    assert!(said(&format!("a = 1{}", " + 1".repeat(10_000))).contains("more than 128 operators"));
}

#[test]
fn objects_with_very_many_keys_are_refused_before_they_cost_time() {
    let keys: String = (0..20_000).map(|key| format!("k{key} = 1\n")).collect();
    assert!(said(&format!("a = {{\n{keys}}}")).contains("too many keys"));
}

#[test]
fn more_repeated_keys_than_anyone_writes_are_refused() {
    let mut source = Source::new("f.tf", format!("a = {{\n{}}}", "b = 1\n".repeat(40)));
    assert_eq!(source.lenient_body().unwrap_err().message, "the same key twice in one object");
}
