//! A model that hears what was said in a voice note, sooner or later: the only calls that are made in a run.

use std::{pin::Pin, sync::Arc};

use salesbot::caller::{CallOrder, Caller};
use steps::{
    contact::Call,
    event::{Answered, CallResult},
};
use tokio::time::sleep;

use crate::{life::Life, world::World};

/// The ears of one server, which hears nothing when it is dead or asleep.
pub struct Ears {
    pub world: Arc<World>,
    pub life: Arc<Life>,
}

impl Ears {
    async fn hear(&self, order: CallOrder) -> CallResult {
        self.life.runs().await;
        let Call::Transcribe(call) = order.call else {
            return CallResult::Failed { name: "calls_off".to_owned(), text: "nothing but voice notes is heard".to_owned() };
        };
        sleep(self.world.chance.millis(0..=8_000)).await;
        self.life.runs().await;
        CallResult::Text { text: Some(call.media.id) }
    }
}

impl Caller for Ears {
    fn call(&self, order: CallOrder) -> Pin<Box<dyn Future<Output = Answered> + Send + '_>> {
        Box::pin(async { self.hear(order).await.into() })
    }
}
