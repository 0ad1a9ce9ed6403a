//! Where a string stands in the text of a JSON document, so that only it is changed.

use std::ops::Range;

/// The literal of a string, quotes and all: the value at a JSON Pointer, or the last key of it.
pub(super) fn at(text: &str, pointer: &str, key: bool) -> Option<Range<usize>> {
    let names: Vec<String> =
        pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
    let mut scan = Scan { bytes: text.as_bytes(), text, at: 0 };
    scan.space();
    scan.find(&names, key)
}

struct Scan<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Steps over a byte that must come now, and the space around it.
    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek()? == byte).then(|| self.at += 1)?;
        self.space();
        Some(())
    }

    fn string(&mut self) -> Option<Range<usize>> {
        let from = self.at;
        (self.peek()? == b'"').then_some(())?;
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Some(from..self.at);
                }
                _ => self.at += 1,
            }
        }
    }

    /// Steps over a value.
    fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            open @ (b'{' | b'[') => {
                let close = if open == b'{' { b'}' } else { b']' };
                self.take(open)?;
                while self.peek()? != close {
                    if open == b'{' {
                        self.string()?;
                        self.take(b':')?;
                    }
                    self.skip()?;
                    self.space();
                    if self.peek()? == b',' {
                        self.take(b',')?;
                    }
                }
                self.at += 1;
                Some(())
            }
            _ => {
                let end = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']');
                while self.peek().is_some_and(|byte| !end(byte)) {
                    self.at += 1;
                }
                Some(())
            }
        }
    }

    fn find(&mut self, names: &[String], key: bool) -> Option<Range<usize>> {
        let Some((name, rest)) = names.split_first() else { return self.string() };
        let open = self.peek()?;
        let close = if open == b'{' { b'}' } else { b']' };
        (open == b'{' || open == b'[').then_some(())?;
        self.take(open)?;
        // The last of several equal keys is the one that readers take.
        let mut found = None;
        let mut index = 0_usize;
        while self.peek()? != close {
            let mut literal = None;
            let matches = if open == b'{' {
                let range = self.string()?;
                let text: String = serde_json::from_str(self.text.get(range.clone())?).ok()?;
                literal = Some(range);
                self.take(b':')?;
                text == *name
            } else {
                index.to_string() == *name
            };
            let begins = self.at;
            self.skip()?;
            if matches {
                found = match (key && rest.is_empty(), literal) {
                    (true, literal) => literal,
                    (false, _) => {
                        let mut inner = Scan { bytes: self.bytes, text: self.text, at: begins };
                        inner.find(rest, key)
                    }
                };
            }
            index += 1;
            self.space();
            if self.peek()? == b',' {
                self.take(b',')?;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_found_by_its_pointer() {
        let text =
            r#" { "a" : [1, {"b/c":"x\"y", "d": ""}], "a~b": "t", "n": {"k": "v"}, "n": {"k": "w"} } "#;
        let found = |pointer: &str, key: bool| at(text, pointer, key).and_then(|range| text.get(range));
        assert_eq!(found("/a/1/b~1c", false), Some(r#""x\"y""#));
        assert_eq!(found("/a/1/b~1c", true), Some(r#""b/c""#));
        assert_eq!(found("/a~0b", false), Some("\"t\""));
        assert_eq!(found("/n/k", false), Some("\"w\""));
        assert_eq!(found("/a/0", false), None);
        assert_eq!(found("/z", false), None);
        assert_eq!(at("[", "/0", false), None);
    }
}
