//! Values found in what a customer wrote: of "it's ana@x.com, thanks" the e-mail alone.
//!
//! `ask` uses these for its `expect`, and expressions by the functions of the same names. They give the first value
//! that stands in the text, in the form in which it is kept: numbers as numbers, phones in E.164, dates and times in ISO 8601.
//! Nothing here knows the clock: what is relative (`tomorrow`) is relative to the day it is given.

mod address;
mod date;
mod number;
mod phone;
mod time;

pub use address::{email, url};
pub use date::date;
pub(crate) use date::{distances, month_named, weekday_named};
pub use number::{integer, number, whole_number};
pub use phone::{country_of, is_country, phone};
pub use time::time;
