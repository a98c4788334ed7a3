//! The shape of files: how long they and their functions are, what they are called, that they say what they do, and
//! that their tests stand apart.

use syn::{
    Attribute, Block, Expr, ExprLit, ImplItemFn, Item, ItemFn, ItemMod, Lit, Meta, TraitItemFn,
    visit::{self, Visit},
};

use super::{
    Finding, Law,
    source::{Rust, Source},
};

/// Longest file in lines, without its tests.
const FILE: usize = 400;

/// Longest function in lines, between its braces.
const FUNCTION: usize = 70;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

/// Checks all laws of shape.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |law, line, what: String| findings.push(Finding { law, path: source.path.clone(), line, what });
    let page =
        source.path.starts_with("edge/page/src/") && [".ts", ".tsx"].iter().any(|end| source.path.ends_with(end));
    let lines = source.text.lines().count();
    if (source.rust.is_some() || page) && !source.is_test() && lines > FILE {
        found(Law::FileLength, 0, format!("{lines} lines, at most {FILE}: split it by ideas"));
    }
    if source.path.split('/').chain([source.stem()]).any(|part| EMPTY_NAMES.contains(&part)) {
        found(Law::Names, 0, "is named for nothing: say what it holds".to_owned());
    }
    if let Some(rust) = &source.rust {
        if !source.is_test() && !has_module_doc(rust) {
            found(Law::ModuleDoc, 1, "does not begin with //! and what it does".to_owned());
        }
        let mut shapes = Shapes { found: &mut found };
        shapes.visit_file(&rust.syntax);
    }
    findings
}

fn has_module_doc(rust: &Rust) -> bool {
    let said = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => !text.value().trim().is_empty(),
            _ => true,
        },
        _ => false,
    };
    rust.syntax.attrs.first().is_some_and(said)
}

/// Walks over the items.
struct Shapes<'a, F: FnMut(Law, usize, String)> {
    found: &'a mut F,
}

impl<F: FnMut(Law, usize, String)> Shapes<'_, F> {
    fn function(&mut self, name: &syn::Ident, block: &Block) {
        let braces = block.brace_token.span;
        let lines = braces.close().start().line.saturating_sub(braces.open().start().line + 1);
        if lines > FUNCTION {
            (self.found)(
                Law::FunctionLength,
                name.span().start().line,
                format!("fn {name}: {lines} lines, at most {FUNCTION}"),
            );
        }
    }
}

impl<'ast, F: FnMut(Law, usize, String)> Visit<'ast> for Shapes<'_, F> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.sig.ident, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(&item.sig.ident, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig.ident, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let line = item.ident.span().start().line;
        let name = item.ident.to_string();
        if EMPTY_NAMES.contains(&name.as_str()) {
            (self.found)(Law::Names, line, format!("mod {name} is named for nothing: say what it holds"));
        }
        if let Some((_, items)) = &item.content
            && (name == "tests" || items.iter().any(is_test_function))
        {
            (self.found)(Law::TestsApart, line, format!("mod {name} is inline: put it into a sibling tests.rs"));
        }
        visit::visit_item_mod(self, item);
    }
}

fn is_test_function(item: &Item) -> bool {
    matches!(item, Item::Fn(function) if function.attrs.iter().any(|attribute| {
        attribute.path().segments.last().is_some_and(|segment| segment.ident == "test")
    }))
}

#[cfg(test)]
mod tests;
