use super::*;

const LIMIT: u64 = 1 << 20;

fn read(bytes: &[u8]) -> Result<String, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    std::fs::write(&path, bytes).unwrap();
    read_text(&path, "f", LIMIT)
}

fn refused(bytes: &[u8]) -> String {
    let problem = read(bytes).unwrap_err();
    format!("{}: {}", problem.at.unwrap(), problem.message)
}

#[test]
fn a_byte_order_mark_is_dropped_and_crlf_stays() {
    assert_eq!(read(b"\xEF\xBB\xBFa\r\nb").unwrap(), "a\r\nb");
    assert_eq!(read(b"").unwrap(), "");
}

#[test]
fn what_is_not_utf_8_is_refused_by_name_and_line() {
    assert_eq!(refused(b"\xFF\xFEa\0b\0"), "f: f is UTF-16 (little-endian) text");
    assert_eq!(refused(b"\xFE\xFF\0a\0b"), "f: f is UTF-16 (big-endian) text");
    assert_eq!(refused(b"a\0b\0c\0"), "f: f is UTF-16 (little-endian) text");
    assert_eq!(refused(b"\0a\0b\0c"), "f: f is UTF-16 (big-endian) text");
    assert_eq!(refused(b"\xFF\xFE\0\0a\0\0\0"), "f: f is UTF-32 text");
    assert_eq!(refused(b"ab\nc\0"), "f:2: a NUL byte, so this is no text");
    assert_eq!(refused(&[0; 4096]), "f:1: a NUL byte, so this is no text");
    assert_eq!(refused(b"a\n\nb\xC3("), "f:3: bytes that are not UTF-8");
    assert_eq!(refused(b"a\n\xC3"), "f:2: bytes that are not UTF-8");
}

#[test]
fn the_limit_holds_without_reading_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zeros");
    File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let problem = read_text(&path, "zeros", LIMIT).unwrap_err();
    assert_eq!(problem.message, "zeros is larger than 1 MiB, the most that is read of such a file");
    let exact = folder.path().join("exact");
    std::fs::write(&exact, "a".repeat(1024)).unwrap();
    assert!(read_text(&exact, "exact", 1024).is_ok());
    assert!(read_text(&exact, "exact", 1023).is_err());
}

#[cfg(unix)]
#[test]
fn folders_missing_files_devices_and_links_in_a_circle() {
    let folder = tempfile::tempdir().unwrap();
    let message = |path: &Path| read_text(path, "f", LIMIT).unwrap_err().message;
    assert_eq!(message(folder.path()), "f is a folder, not a file");
    assert_eq!(message(&folder.path().join("no")), "f is not there");
    assert_eq!(message(Path::new("/dev/null")), "f is a pipe or a device, not a file");
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    std::os::unix::fs::symlink(&a, &b).unwrap();
    std::os::unix::fs::symlink(&b, &a).unwrap();
    assert_eq!(message(&a), "f is a link that leads back to itself");
}

#[test]
fn lines_are_found_by_offset() {
    let text = "ab\r\nc\n\nd";
    let lines = Lines::new(text);
    let found: Vec<u32> = (0..=text.len()).map(|offset| lines.line(offset)).collect();
    assert_eq!(found, [1, 1, 1, 1, 2, 2, 3, 4, 4]);
    assert_eq!(&text[lines.range(text, 1)], "ab");
    assert_eq!(&text[lines.range(text, 4)], "c");
    assert_eq!(&text[lines.range(text, 6)], "");
    assert_eq!(&text[lines.range(text, 8)], "d");
    assert_eq!(lines.range(text, 99), 7..8);
}

#[test]
fn a_file_of_blanks_is_refused_before_it_is_read() {
    let blanks = |n: usize| std::io::repeat(b' ').take(n as u64);
    let refused = read_stream(blanks(8 << 20), 0, "f", 1 << 30).unwrap_err();
    assert_eq!(refused.message, "f begins with more than 1 MiB of blanks: it holds nothing");
    let few = blanks(1 << 19).chain(&b"{}"[..]);
    assert!(read_stream(few, 0, "f", 1 << 30).unwrap().ends_with("{}"));
    let later = std::io::Read::chain(&b"{"[..], blanks(2 << 20));
    assert!(read_stream(later, 0, "f", 1 << 30).unwrap().starts_with('{'));
}
