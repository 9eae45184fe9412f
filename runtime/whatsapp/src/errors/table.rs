//! The table of codes (Cloud API, Error codes; Group error codes; Block Users API; Flows error codes; Marketing message experiment).

use std::ops::RangeInclusive;

use steps::{event::Reaction, turn::WINDOW_CLOSED_TEXT};

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// A stable word for branches and alerts; several codes may share one.
    pub name: &'static str,
    /// What the runtime does.
    pub reaction: Reaction,
    /// For people: what happened.
    pub happened: &'static str,
    /// For people: what to do.
    pub remedy: &'static str,
}

pub(super) struct Entry {
    pub(super) codes: RangeInclusive<i64>,
    pub(super) explanation: Explanation,
}

const fn entry(
    codes: RangeInclusive<i64>,
    name: &'static str,
    reaction: Reaction,
    happened: &'static str,
    remedy: &'static str,
) -> Entry {
    Entry { codes, explanation: Explanation { name, reaction, happened, remedy } }
}

/// Codes that stand in no table, and failures without a code.
pub(super) const UNKNOWN: Explanation = Explanation {
    name: "unknown",
    reaction: Reaction::Drop,
    happened: "WhatsApp failed to send, with an error that is not documented.",
    remedy: "Look at the text beside the error and in Meta's list of error codes.",
};

/// By topic, a line an entry. No code stands twice.
#[rustfmt::skip]
pub(super) const TABLE: &[Entry] = &[
    entry(0..=0, "token_invalid", Reaction::Stop, "WhatsApp does not accept the access token.", "Make a new token with the permissions whatsapp_business_messaging and whatsapp_business_management, set it, and sending resumes."),
    entry(190..=190, "token_invalid", Reaction::Stop, "The access token is invalid or has expired.", "Make a new token, best one of a system user that does not expire, set it, and sending resumes."),
    entry(1..=1, "temporary", Reaction::Retry, "WhatsApp had a problem of its own or did not know the call.", "Nothing, it is tried again; if it goes on, look at Meta's status page."),
    entry(2..=2, "temporary", Reaction::Retry, "WhatsApp's API is down for a moment.", "Nothing, it is tried again; if it goes on, look at Meta's status page."),
    entry(3..=3, "permission", Reaction::Stop, "The app lacks a capability for this call.", "Give the app and the token the permissions of the WhatsApp product."),
    entry(10..=10, "permission", Reaction::Stop, "The token's permission was not granted or was taken back.", "Grant whatsapp_business_messaging to the token for this business account."),
    entry(200..=299, "permission", Reaction::Stop, "The token's permission was not granted or was taken back.", "Grant whatsapp_business_messaging to the token for this business account."),
    entry(131_005..=131_005, "permission", Reaction::Stop, "The token may not do this with this number.", "Grant whatsapp_business_messaging to the token for this business account."),
    entry(4..=4, "call_limit", Reaction::Retry, "The app made too many calls of the API.", "Nothing, it is tried again; fewer calls from other tools of the same app help."),
    entry(80_007..=80_007, "call_limit", Reaction::Retry, "The business account made too many calls of the API.", "Nothing, it is tried again; fewer calls from other tools of the same account help."),
    entry(33..=33, "number_missing", Reaction::Stop, "The business's number does not exist any more, or its id is wrong.", "Compare the phone number id with WhatsApp Manager."),
    entry(100..=100, "invalid", Reaction::Fix, "WhatsApp did not accept the form of the message.", "Look at the text beside the error; if the bot is right, this is a fault of the runtime: report it in the project's issue tracker."),
    entry(135_000..=135_000, "invalid", Reaction::Fix, "WhatsApp did not accept the message's parameters.", "Look at the text beside the error; if the bot is right, this is a fault of the runtime: report it in the project's issue tracker."),
    entry(131_008..=131_008, "invalid", Reaction::Fix, "The message lacks something that WhatsApp wants.", "Look at the text beside the error and complete the step."),
    entry(131_009..=131_009, "invalid", Reaction::Fix, "A value of the message is not allowed; also: a reaction to a message that is too old or deleted.", "Look at the text beside the error and correct the step."),
    entry(368..=368, "account_restricted", Reaction::Stop, "Meta restricts or has disabled the account for breaking its policies.", "Look in Business Support Home and appeal if it is wrong."),
    entry(131_031..=131_031, "account_restricted", Reaction::Stop, "The account is locked or disabled.", "Look in Business Support Home and appeal if it is wrong."),
    entry(130_429..=130_429, "rate_limit", Reaction::Retry, "The number sent more messages a second than it may.", "Nothing, it is tried again more slowly."),
    entry(130_472..=130_472, "experiment", Reaction::Drop, "The customer is in an experiment of Meta's and gets no marketing messages.", "Reach the customer in another way, or wait until they write."),
    entry(130_497..=130_497, "country", Reaction::Drop, "The business may not write to customers in this country.", "Take this country out of the campaign."),
    entry(131_000..=131_000, "unknown", Reaction::Retry, "WhatsApp failed to send and does not say why.", "Nothing, it is tried again a few times; then report it to Meta's support with the trace id."),
    entry(131_016..=131_016, "unavailable", Reaction::Retry, "A service of WhatsApp's is not available for a moment.", "Nothing, it is tried again."),
    entry(131_021..=131_021, "same_number", Reaction::Drop, "The recipient is the business's own number.", "Take the business's number out of the contacts."),
    entry(131_026..=131_026, "bad_number", Reaction::Drop, "The message cannot be delivered: no WhatsApp on this number, its terms not accepted, or a version that is too old.", "Check the number, and reach the customer in another way."),
    entry(131_030..=131_030, "not_allowed_in_test", Reaction::Fix, "A test number may write to its listed recipients only.", "Add the number to the list in the app's panel, or connect a real number."),
    entry(131_036..=131_036, "device", Reaction::Drop, "The message did not reach one of the customer's devices.", "Nothing; it may have reached the others."),
    entry(131_037..=131_037, "sender_offline", Reaction::Stop, "The number's display name is not approved yet.", "Have the display name approved in WhatsApp Manager."),
    entry(131_042..=131_042, "payment", Reaction::Stop, "There is a problem with the account's means of payment.", "Put the payment method in order in Billing Hub."),
    entry(131_044..=131_044, "payment", Reaction::Stop, "There is a problem with the account's means of payment.", "Put the payment method in order in Billing Hub."),
    entry(131_045..=131_045, "sender_offline", Reaction::Stop, "The number is not registered, or its certificate is wrong.", "Register the number again."),
    entry(131_047..=131_047, "window_closed", Reaction::Template, WINDOW_CLOSED_TEXT, "Give the step a template for this case."),
    entry(131_048..=131_048, "spam_limit", Reaction::Stop, "Many customers blocked or reported this number, so Meta restricts what it sends.", "Stop campaigns and look at the number's quality in WhatsApp Manager."),
    entry(131_049..=131_049, "marketing_limited", Reaction::Drop, "Meta held this marketing message back: the customer gets enough of them from all businesses.", "Do not send it again before a day has passed; wait until the customer writes."),
    entry(131_050..=131_050, "opted_out", Reaction::Drop, "The customer does not want marketing messages from this business.", "Respect it: no marketing until they change it."),
    entry(131_051..=131_051, "unsupported", Reaction::Fallback, "This kind of message is not supported.", "Use another step for it."),
    entry(131_052..=131_052, "media", Reaction::Drop, "The customer's file could not be fetched.", "Ask the customer for it in another way."),
    entry(131_053..=131_053, "media", Reaction::Fix, "WhatsApp could not fetch or use the file.", "Check that the link opens without login, its type and its size; better upload the file."),
    entry(131_055..=131_055, "wrong_call", Reaction::Fix, "This call is for marketing templates only.", "Send the message by the ordinary call."),
    entry(131_056..=131_056, "pair_rate_limit", Reaction::Retry, "Too many messages to this customer in a short time.", "Nothing, it is tried again; fewer, longer messages help."),
    entry(131_057..=131_057, "maintenance", Reaction::Retry, "The number is being upgraded, as to a higher throughput.", "Nothing, it is tried again."),
    entry(131_060..=131_060, "unsupported", Reaction::Fallback, "The message cannot be shown on this device.", "Ask the customer to send it in another form."),
    entry(131_062..=131_062, "phone_required", Reaction::Fallback, "This message needs the customer's phone number, and only the user id is known.", "Ask for the phone number first."),
    entry(131_063..=131_063, "marketing_call", Reaction::Fix, "Marketing templates of this account go out by the Marketing Messages API only.", "Connect the Marketing Messages API, or allow marketing on the Cloud API."),
    entry(131_064..=131_064, "misclassified", Reaction::Stop, "Templates of this account had a wrong category, so Meta limits its sends.", "Stop campaigns and correct the templates' categories."),
    entry(132_000..=132_000, "template_parameters", Reaction::Fix, "The number of values differs from that of the template's variables.", "Compare the step's parameters with the template."),
    entry(132_001..=132_001, "template_missing", Reaction::Fix, "There is no approved template of this name and language.", "Check name and language, and whether the template is approved."),
    entry(132_005..=132_005, "template_parameters", Reaction::Fix, "The template with its values filled in is too long.", "Shorten the values."),
    entry(132_007..=132_007, "template_policy", Reaction::Drop, "The template's content breaks WhatsApp's policy.", "Change the template's text."),
    entry(132_008..=132_008, "template_parameters", Reaction::Fix, "A template value has a form that is not allowed.", "Look at the text beside the error and correct the step's parameters."),
    entry(132_012..=132_012, "template_parameters", Reaction::Fix, "A template value has the wrong kind.", "Compare the step's parameters and header with the template."),
    entry(132_018..=132_018, "template_parameters", Reaction::Fix, "The values are given by name where the template counts them, or the other way round.", "Write the step's parameters as the template has them."),
    entry(132_015..=132_015, "template_paused", Reaction::Fix, "The template is paused for low quality.", "Use another template, or wait until the pause ends."),
    entry(132_016..=132_016, "template_disabled", Reaction::Fix, "The template is disabled for good after low quality.", "Make a new template with another text."),
    entry(132_068..=132_068, "flow_blocked", Reaction::Fallback, "The form is blocked.", "Look at the form's health in WhatsApp Manager."),
    entry(132_069..=132_069, "flow_throttled", Reaction::Fallback, "The form is throttled to ten messages an hour.", "Look at the form's health in WhatsApp Manager."),
    entry(133_004..=133_004, "unavailable", Reaction::Retry, "WhatsApp's registration server is down for a moment.", "Nothing, it is tried again."),
    entry(133_010..=133_010, "sender_offline", Reaction::Stop, "The number is not registered.", "Register the number with its PIN."),
    entry(133_015..=133_015, "sender_offline", Reaction::Stop, "The number was just deleted.", "Wait five minutes, then register it again."),
    entry(133_016..=133_016, "sender_offline", Reaction::Stop, "The number was registered too often.", "Wait three days, then register it again."),
    entry(133_000..=133_003, "sender_offline", Reaction::Stop, "The number's registration is not in order.", "Look at the text beside the error and register the number again."),
    entry(133_005..=133_009, "sender_offline", Reaction::Stop, "The number's registration is not in order: the PIN was wrong, or was tried too often.", "Set a new PIN in WhatsApp Manager and register the number again."),
    entry(134_011..=134_011, "payment", Reaction::Stop, "The terms of WhatsApp's payments are not accepted.", "Accept them in WhatsApp Manager."),
    entry(134_100..=134_100, "wrong_call", Reaction::Fix, "The Marketing Messages API takes marketing templates only.", "Send the template by the ordinary call."),
    entry(134_101..=134_101, "template_syncing", Reaction::Fix, "The template is not known to the Marketing Messages API yet.", "Wait ten minutes after the template was approved."),
    entry(134_102..=134_102, "marketing_call", Reaction::Fix, "The account may not use the Marketing Messages API.", "Accept its terms in WhatsApp Manager, or send by the ordinary call."),
    entry(137_000..=137_000, "identity", Reaction::Drop, "The customer's identity has changed since it was last confirmed.", "Make sure who it is, then send without the identity's hash."),
    entry(138_000..=138_999, "call", Reaction::Fix, "A voice call could not be made.", "Look at the text beside the error."),
    entry(139_000..=139_006, "flow_management", Reaction::Fix, "The form could not be changed or published.", "Look at the text beside the error and in WhatsApp Manager."),
    entry(139_100..=139_103, "block_list", Reaction::Fix, "The block list could not be changed.", "Look at the text beside the error; only customers of the last 24 hours can be blocked."),
    entry(139_200..=139_200, "window_closed", Reaction::Template, "This account may not send utility messages without a template.", "Give the step a template for this case."),
    entry(131_020..=131_020, "group", Reaction::Fix, "The group has no other member.", "A bot for customers leaves groups alone; check the recipient."),
    entry(131_041..=131_041, "group", Reaction::Fix, "The group does not exist.", "A bot for customers leaves groups alone; check the recipient."),
    entry(131_059..=131_059, "group", Reaction::Fix, "A page of a group's list is no longer available.", "Ask for the list from its beginning."),
    entry(131_201..=131_212, "group", Reaction::Fix, "A call on a group failed.", "A bot for customers leaves groups alone; check the recipient."),
    entry(147_001..=147_005, "business_username", Reaction::Fix, "The business's username could not be set.", "Look at the text beside the error."),
    entry(1_026..=1_026, "unsupported", Reaction::Fallback, "The customer's app cannot show this kind of message.", "Use another step for it."),
    entry(2_388_000..=2_388_999, "template_management", Reaction::Fix, "The template could not be made or changed.", "Look at the text beside the error and correct the template."),
    entry(2_494_100..=2_494_100, "maintenance", Reaction::Retry, "The number is in maintenance.", "Nothing, it is tried again."),
    entry(2_593_107..=2_593_109, "history", Reaction::Drop, "The phone app's history is not shared.", "Nothing; bots do not need it."),
];
