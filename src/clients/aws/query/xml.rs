//! Finding things in the XML of an answer. Namespaces are passed over: the services differ in them, not in the names.

use roxmltree::Node;

/// Elements of a list, `item` or `member` by service, in the first element of a name below a node.
pub fn items<'a, 'i: 'a>(node: Node<'a, 'i>, list: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    find(node, list).into_iter().flat_map(|list| list.children().filter(Node::is_element))
}

/// The first element of a name below a node.
#[must_use]
pub fn find<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.descendants().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// Text of the first element of a name below a node, `None` where it is missing or empty.
#[must_use]
pub fn text<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> Option<&'a str> {
    content(find(node, name)?)
}

/// Text of an element that is a direct child of a node.
#[must_use]
pub fn child<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> Option<&'a str> {
    content(node.children().find(|child| child.is_element() && child.tag_name().name() == name)?)
}

/// Text of an element without the white space around it, `None` where it is empty.
#[must_use]
pub fn content<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.text().map(str::trim).filter(|text| !text.is_empty())
}
