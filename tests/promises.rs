//! What Mayfly promises its users, end to end, with the real parts: the origin's binary, the worker under
//! the Workers runtime, Chromium. One sentence a promise; run by `cargo xtask test`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod admission;
mod certificates;
mod deliveries;
mod delivery;
mod erasure;
mod forgery;
mod handover;
mod ledger;
mod page;
mod privacy;
mod resilience;
mod world;
mod wrapping;

use std::{future::Future, process::ExitCode, sync::Arc};

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::{runtime::Runtime, sync::OnceCell};

use world::World;

/// Promises that leave the world as it is share one; those that break parts of it get one of their own.
fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().expect("a runtime"));
    let world = Common::default();
    let mut trials = Vec::new();
    macro_rules! promise {
        ($kind:ident $module:ident: $($name:ident),+ $(,)?) => {$(
            trials.push($kind(&runtime, &world, concat!(stringify!($module), "::", stringify!($name)), $module::$name));
        )+};
    }
    promise!(shared delivery:
        mail_over_smtp_is_read_sealed_at_the_edge,
        mail_over_smtp_is_read_assisted_at_the_edge,
        five_megabytes_arrive_octet_for_octet,
        one_attachment_is_fetched_alone,
        a_wait_ends_when_mail_comes,
        events_tell_of_mail_and_of_deletions,
        the_origin_alone_serves_the_same_api,
        bad_requests_get_problems_and_never_a_500,
    );
    promise!(shared deliveries:
        why_mail_did_not_come_is_told_to_its_reader,
        the_page_says_why_mail_did_not_come,
    );
    promise!(shared admission: the_101st_request_in_a_minute_is_refused);
    promise!(shared forgery: forged_stale_and_replayed_batches_are_refused);
    promise!(shared handover:
        a_deploy_loses_nothing_and_refuses_nobody,
        a_successor_that_is_killed_half_way_leaves_the_old_one_serving,
        a_successor_with_less_room_than_is_held_does_not_start,
    );
    promise!(shared page:
        the_page_shows_a_message_and_its_code_within_seconds,
        a_private_link_opens_the_inbox_elsewhere_and_leaves_no_trace,
        a_big_attachment_opens_in_the_browser_octet_for_octet,
        hostile_mail_reaches_nobody,
        the_page_is_accessible,
        the_page_is_quick_and_still,
    );
    promise!(alone certificates:
        a_new_certificate_is_shown_and_running_sessions_go_on,
        a_broken_certificate_changes_nothing,
        a_certificate_is_ordered_renewed_and_kept_over_a_restart,
        a_certificate_is_ordered_through_a_zone_whatever_its_server_does,
        of_two_processes_with_one_folder_one_orders,
    );
    promise!(alone ledger:
        a_dead_server_stays_away_for_three_node_timeouts,
        a_cluster_keeps_all_that_was_promised,
        servers_under_sentinels_keep_all_that_was_promised,
        without_waiting_for_replicas_mail_is_lost,
        a_master_that_is_back_at_once_has_lost_its_mail_and_its_replicas,
    );
    promise!(own erasure:
        an_expired_inbox_is_gone_everywhere, a_deleted_message_and_a_deleted_inbox_are_gone_everywhere,
    );
    promise!(own deliveries: why_mail_did_not_come_is_told_while_the_origin_is_dead);
    promise!(own privacy: nothing_written_anywhere_tells_of_people_or_mail);
    promise!(own resilience:
        what_arrived_is_read_while_the_origin_is_dead,
        what_was_owed_arrives_when_the_link_is_back,
        a_fresh_origin_serves_new_inboxes,
    );
    promise!(own wrapping:
        a_copy_of_kv_opens_to_nobody_once_its_inbox_is_erased,
        what_is_written_is_wrapped_and_its_keys_are_written_nowhere,
        an_edge_that_has_forgotten_its_keys_asks_the_region_and_without_it_says_503,
    );
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(world);
    conclusion.exit_code()
}

/// The world that promises share, started by the first of them.
type Common = Arc<OnceCell<Result<Arc<World>, String>>>;

fn shared<F>(runtime: &Arc<Runtime>, world: &Common, name: &str, promise: fn(Arc<World>) -> F) -> Trial
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let (runtime, world) = (Arc::clone(runtime), Arc::clone(world));
    Trial::test(name, move || {
        runtime.block_on(async {
            let start = async || World::start().await.map(Arc::new).map_err(|error| format!("{error:?}"));
            let world = world.get_or_init(start).await.clone()?;
            promise(world).await.map_err(|error| Failed::from(format!("{error:?}")))
        })
    })
}

fn own<F>(runtime: &Arc<Runtime>, _: &Common, name: &str, promise: fn(World) -> F) -> Trial
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let runtime = Arc::clone(runtime);
    Trial::test(name, move || {
        let kept = runtime.block_on(async { promise(World::start().await?).await });
        kept.map_err(|error| Failed::from(format!("{error:?}")))
    })
}

/// For promises of the origin without an edge.
fn alone<F>(runtime: &Arc<Runtime>, _: &Common, name: &str, promise: fn() -> F) -> Trial
where
    F: Future<Output = Result<()>> + 'static,
{
    let runtime = Arc::clone(runtime);
    Trial::test(name, move || runtime.block_on(promise()).map_err(|error| Failed::from(format!("{error:?}"))))
}
