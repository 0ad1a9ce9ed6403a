use super::*;

fn show(text: &str, token: &str, show: Show) -> (String, String) {
    let start = text.find(token).unwrap();
    let lexed = lex(text);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let excerpt = excerpt(text, &lexed, line_start..line_end, start..start + token.len(), show);
    (excerpt.text.clone(), excerpt.text[excerpt.range].to_owned())
}

fn masked(text: &str, token: &str) -> (String, String) {
    show(text, token, Show::Token)
}

fn two(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

#[test]
fn only_the_token_in_question_is_shown() {
    assert_eq!(masked("rto = \"24 hours\"", "\"24 hours\""), two("rto = \"24 hours\"", "\"24 hours\""));
    assert_eq!(masked("a = \"hunter2\" # hunter2", "a"), two("a = \"***\"", "a"));
    assert_eq!(masked("v { pasword = \"hunter2\" }", "pasword"), two("v { pasword = \"***\" }", "pasword"));
    assert_eq!(
        masked("  days = [\"mon\", \"hunter2\"]", "\"mon\""),
        two("days = [\"mon\", \"***\"]", "\"mon\"")
    );
    assert_eq!(masked("x = \"a-${f(\"hunter2\")}-b\"", "x"), two("x = \"***\"", "x"));
    assert_eq!(masked("password = hunter2", "password"), two("password = ***", "password"));
    assert_eq!(masked("a = hunter2 + 12345", "a"), two("a = *** + ***", "a"));
    assert_eq!(masked("objective \"database\" {", "objective"), two("objective \"***\" {", "objective"));
}

#[test]
fn a_private_token_is_masked_too() {
    assert_eq!(show("value = \"hunter2\"", "\"hunter2\"", Show::Masked), two("value = \"***\"", "\"***\""));
    assert_eq!(show("value = hunter2", "hunter2", Show::Masked), two("value = ***", "***"));
}

#[test]
fn what_runs_over_lines_is_masked_in_each() {
    let heredoc = "a = <<-EOT\n  hunter2 EOTX\n  ${x}\n  EOT\nb = 1";
    assert_eq!(masked(heredoc, "hunter2").0, "\"***\"");
    assert_eq!(masked(heredoc, "b").0, "b = ***");
    assert_eq!(masked("/* hunter2\n hunter3 */ b = 1", "b").0, "b = ***");
    assert_eq!(masked("a = \"open hunter2\nb = \"x\"", "a").0, "a = \"***\"");
    assert_eq!(masked("a = [\n  hunter2,\n]", "hunter2").0, "hunter2,");
    assert_eq!(show("a = [\n  hunter2,\n]", "hunter2", Show::Masked).0, "***,");
}

#[test]
fn terminals_are_not_steered() {
    let line = "a = \"\u{1b}[31m\u{202e}x\"";
    assert_eq!(masked(line, "\"\u{1b}[31m\u{202e}x\"").0, "a = \"?[31m?x\"");
    assert_eq!(quoted("a\u{7}b\u{200f}"), "\"a?b?\"");
    assert_eq!(quoted(&"x".repeat(100)).len(), 65);
}

#[test]
fn long_lines_are_cut_around_what_is_meant() {
    let line = format!("a = [{}\"here\"{}]", "\"x\", ".repeat(1000), ", \"y\"".repeat(1000));
    let (text, token) = masked(&line, "\"here\"");
    assert!(text.len() <= LONGEST && token == "\"here\"", "{text}");
}

#[test]
fn strings_are_told_from_code() {
    assert_eq!(lex("a = \"x\\\"y\" b").parts, [(4..10, true)]);
    assert_eq!(lex("a = \"$${x\" # c").parts, [(4..10, true), (11..14, false)]);
    assert_eq!(lex("a = \"${ {b=\"}\"} }\"").parts, [(4..18, true)]);
    assert_eq!(lex("a = \"${\n1}\"").unclosed, None);
    assert_eq!(lex("a = \"b\nc").unclosed, Some(4));
    assert_eq!(lex("a = <<X\n\"\nX\n\"").unclosed, Some(12));
    assert_eq!(lex("1 << 2 // \"").unclosed, None);
    assert_eq!(lex("x = { a = 1, b : 2 }\ny { z = a == b }").comparisons, 5);
}

#[test]
fn names_tell_secrets() {
    for name in
        ["db_password", "token", "api_key", "payment-api-key", "clientSecret", "pem", "github_token", "keys"]
    {
        assert!(secret_like(name), "{name}");
    }
    for name in
        ["kms_key_id", "secret_arn", "key_name", "aws_region", "public_key", "author", "monkey", "token_ttl"]
    {
        assert!(!secret_like(name), "{name}");
    }
}
