//! What is written anywhere tells nothing of people: not in logs at any level, not in KV, not in Durable Objects.

use anyhow::{Result, ensure};

use crate::{
    deliveries::{records, refused},
    world::{
        World,
        client::{Mode, text},
        process::Signal,
        smtp::{SENDER, deliver},
    },
};

pub(crate) async fn nothing_written_anywhere_tells_of_people_or_mail(mut world: World) -> Result<()> {
    let reader = world.reader()?;
    let sealed = reader.create().await?;
    let assisted = reader.create_assisted().await?;
    let mail = "From: Canary Person <canary-author@sender.example>\nSubject: canary-subject-71\n\n\
        canary-body-72 and the code 918273.\n";
    for (inbox, mode) in [(&sealed, Mode::Sealed), (&assisted, Mode::Assisted)] {
        deliver(world.smtp, &inbox.address, mail).await?;
        let list = reader.messages(inbox, 1, mode).await?;
        world.settled().await?;
        let path = format!("/v1/inboxes/{}/messages/{}", inbox.id, text(&list["messages"][0]["id"])?);
        for path in [path.clone(), format!("{path}/raw"), format!("/v1/inboxes/{}", inbox.id)] {
            ensure!(reader.get(&path, &inbox.bearer(mode)).await?.status().is_success(), "{path}");
        }
        refused(&world, &inbox.address, "canary-domain-74.example").await?;
        records(&reader, inbox, mode).await?;
        world.settled().await?;
        reader.get("/v1/inboxes/nonsense", "canary-credential-73").await?;
    }
    // Something of the world is written: else the search would prove nothing.
    ensure!(!world.written(sealed.id.to_string().as_bytes())?.is_empty(), "KV holds the sealed inbox");

    // Ended in peace, so that all buffers are written out.
    world.stop_origin(Signal::Terminate);
    let edge = world.edge.take();
    if let Some(mut edge) = edge {
        edge.stop(Signal::Terminate);
    }
    let local = |address: &str| address.split('@').next().unwrap_or_default().to_owned();
    let secrets = [
        sealed.address.clone(),
        assisted.address.clone(),
        local(&sealed.address),
        local(&assisted.address),
        sealed.capability.to_text(),
        assisted.capability.to_text(),
        sealed.bearer(Mode::Sealed),
        assisted.bearer(Mode::Sealed),
        SENDER.to_owned(),
        "canary-author".to_owned(),
        "canary-subject-71".to_owned(),
        "canary-body-72".to_owned(),
        "918273".to_owned(),
        "canary-credential-73".to_owned(),
        "canary-domain-74".to_owned(),
        "canary-looping".to_owned(),
        "127.77.".to_owned(),
        world.key.secret.clone(),
    ];
    for secret in secrets {
        let found = world.written(secret.as_bytes())?;
        // The region table, with its public key and its URL, is configuration; nothing else may show up.
        ensure!(found.is_empty(), "{secret} stands in {found:?}");
    }
    Ok(())
}
