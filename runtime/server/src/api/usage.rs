//! What models were used for, and what that cost.

use std::sync::Arc;

use axum::{Json, extract::State};
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use steps::moment::{DAY, Moment};
use store::UsageSum;

use super::input::Query;
use crate::{app::App, problem::Problem};

/// Days that are told where `from` is left out.
const DAYS: i64 = 31;
/// The most days that are told at once.
const MAX_DAYS: i64 = 366;

/// Which days are told.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// The first day, such as `2026-03-01`. Left out: 30 days before the last.
    from: Option<String>,
    /// The last day. Left out: today.
    to: Option<String>,
}

/// Calls to one model for one bot on one day.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct UsageRow {
    /// In UTC, such as `2026-03-01`.
    day: String,
    bot: String,
    /// As bots name it.
    model: String,
    /// Calls that reached the model, whether their results were used or not.
    calls: u64,
    #[schema(inline)]
    tokens: TokenSums,
    /// Null: the settings named no price for the model.
    #[schema(inline)]
    cost: Option<CostSum>,
}

/// Tokens, as the models' servers counted them.
#[derive(Serialize, utoipa::ToSchema)]
struct TokenSums {
    /// Of what was asked.
    prompt: u64,
    /// Of what was answered.
    answer: u64,
}

/// What calls cost.
#[derive(Serialize, utoipa::ToSchema)]
struct CostSum {
    /// Millionths of the currency.
    millionths: u64,
    /// As the settings name it.
    currency: String,
}

/// What models were used for: calls, tokens and cost by day, bot and model. It names no customer, and stays when one is erased.
#[utoipa::path(get, path = "/api/v1/usage", operation_id = "show_usage", tag = "operation", params(Days),
    responses((status = 200, body = Vec<UsageRow>), (status = 422, body = Problem)))]
pub(super) async fn show(State(app): State<Arc<App>>, Query(days): Query<Days>) -> Result<Json<Vec<UsageRow>>, Problem> {
    let today = app.now().0.div_euclid(DAY);
    let to = days.to.as_deref().map_or(Ok(today), |text| day("to", text))?;
    let from = days.from.as_deref().map_or(Ok(to - DAYS + 1), |text| day("from", text))?;
    if from > to {
        return Err(Problem::invalid("from", "the first day is after the last one"));
    }
    if to - from >= MAX_DAYS {
        return Err(Problem::invalid("from", format!("these are {} days; ask for {MAX_DAYS} at most", to - from + 1)));
    }
    let sums = app.store.usage(from * DAY, (to + 1) * DAY).await?;
    Ok(Json(sums.into_iter().map(row).collect()))
}

/// A day, counted from 1970 on.
fn day(key: &str, text: &str) -> Result<i64, Problem> {
    let at = text.parse::<Date>().ok().and_then(|date| date.to_zoned(TimeZone::UTC).ok());
    let at = at.ok_or_else(|| Problem::invalid(key, format!("{text:?} is no day; write one such as 2026-03-01")))?;
    Ok(at.timestamp().as_millisecond().div_euclid(DAY))
}

fn row(sum: UsageSum) -> UsageRow {
    let UsageSum { day, bot, model, currency, calls, prompt_tokens: prompt, answer_tokens: answer, cost: millionths } = sum;
    let cost = (!currency.is_empty()).then_some(CostSum { millionths, currency });
    let day = Moment(day).zoned(&TimeZone::UTC).date().to_string();
    UsageRow { day, bot, model, calls, tokens: TokenSums { prompt, answer }, cost }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn days_that_are_none_are_refused() {
        let server = Server::sandbox().await;
        let answer = server.get("/api/v1/usage").await;
        assert_eq!((answer.status, answer.json()), (200, json!([])));
        assert_eq!(server.get("/api/v1/usage?from=2025-03-01&to=2026-03-01").await.status, 200, "a year");
        for (query, reason) in [
            ("from=2026-02-30", "is no day"),
            ("to=yesterday", "is no day"),
            ("from=2026-03-02&to=2026-03-01", "after the last"),
            ("from=2024-01-01&to=2026-03-01", "ask for 366 at most"),
            ("since=2026-03-01", "since"),
        ] {
            let answer = server.get(&format!("/api/v1/usage?{query}")).await;
            assert_eq!(answer.status, 422, "{query}");
            assert!(answer.json().to_string().contains(reason), "{query}: {}", answer.json());
        }
    }
}
