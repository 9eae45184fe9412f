//! The part of a chain that is known before it runs.

use rhai::{ASTFlags, BinaryExpr, Expr};
use smallvec::SmallVec;

/// Properties that every value of some type has. A path is not looked up past them: `vars.items.len` asks the list.
const PROPERTIES: &[&str] =
    &["len", "is_empty", "year", "month", "day", "hour", "minute", "weekday", "date", "time", "start", "end"];

/// The constant beginning of a chain: `vars.items[0]` of `vars.items[0].name.to_upper()` is `vars`, `items`, `0`, `name`.
pub(super) struct ConstantPath {
    pub(super) root: String,
    pub(super) segments: SmallVec<[String; 4]>,
    /// How many segments come before the first list index: the part that names a declared thing.
    named: usize,
    /// Whether the chain goes on with a key that is not constant.
    pub(super) open: bool,
    /// The method called on the path, if one is.
    pub(super) method: Option<String>,
    /// Whether the root is a variable that the source itself declares.
    pub(super) declared: bool,
    pub(super) position: rhai::Position,
    /// What is left of the chain after the constant part, with how it is attached.
    rest: Option<(bool, ASTFlags, rhai::Position, Expr)>,
}

impl ConstantPath {
    pub(super) fn of(expression: &Expr) -> Option<Self> {
        let mut path = Self {
            root: String::new(),
            segments: SmallVec::new(),
            named: 0,
            open: false,
            method: None,
            declared: false,
            position: expression.start_position(),
            rest: None,
        };
        let (base, mut next) = match expression {
            Expr::Variable(..) => (expression, None),
            Expr::Dot(chain, flags, position) => (&chain.lhs, Some((false, *flags, *position, &chain.rhs))),
            Expr::Index(chain, flags, position) => (&chain.lhs, Some((true, *flags, *position, &chain.rhs))),
            _ => return None,
        };
        let Expr::Variable(variable, short_index, position) = base else {
            return None;
        };
        path.root = variable.1.to_string();
        path.declared = variable.0.is_some() || short_index.is_some();
        path.position = *position;
        let mut list_index_seen = false;
        while let Some((index, flags, position, link)) = next {
            let (head, following) = match link {
                Expr::Dot(chain, flags_of_link, at) if !flags.contains(ASTFlags::BREAK) => {
                    (&chain.lhs, Some((false, *flags_of_link, *at, &chain.rhs)))
                }
                Expr::Index(chain, flags_of_link, at) if !flags.contains(ASTFlags::BREAK) => {
                    (&chain.lhs, Some((true, *flags_of_link, *at, &chain.rhs)))
                }
                _ => (link, None),
            };
            let segment = match head {
                Expr::Property(property, _) if !index && path.root != "now" && !PROPERTIES.contains(&property.2.as_str()) => {
                    Some((property.2.to_string(), false))
                }
                Expr::StringConstant(key, _) if index && !key.is_empty() && !key.contains('.') => Some((key.to_string(), false)),
                Expr::IntegerConstant(number, _) if index && *number >= 0 => Some((number.to_string(), true)),
                _ => None,
            };
            let Some((segment, is_index)) = segment else {
                path.open = index;
                if let Expr::MethodCall(call, _) = head {
                    path.method = Some(call.name.to_string());
                }
                path.rest = Some((index, flags, position, link.clone()));
                break;
            };
            list_index_seen |= is_index;
            path.segments.push(segment);
            if !list_index_seen {
                path.named = path.segments.len();
            }
            next = following;
        }
        Some(path)
    }

    /// The path by dots, as far as it names declared things.
    pub(super) fn written(&self) -> String {
        let mut written = self.root.clone();
        for segment in &self.segments[..self.named] {
            written.push('.');
            written.push_str(segment);
        }
        written
    }

    /// Puts one look-up in the place of the constant part.
    pub(super) fn replace(self, expression: &mut Expr) {
        let mut name = format!(".{}", self.root);
        for segment in &self.segments {
            name.push('.');
            name.push_str(segment);
        }
        let look_up = Expr::Variable(Box::new((None, name.into())), None, self.position);
        *expression = match self.rest {
            None => look_up,
            Some((index, flags, position, rhs)) => {
                let chain = Box::new(BinaryExpr { lhs: look_up, rhs });
                if index { Expr::Index(chain, flags, position) } else { Expr::Dot(chain, flags, position) }
            }
        };
    }
}
