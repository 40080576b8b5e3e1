//! `--without`: what is neither changed nor judged.

use cutover_cli::Exit;

use super::IMAGE;
use crate::support::Folder;

#[test]
fn what_is_left_out_is_neither_changed_nor_judged() {
    let folder = Folder::hello();
    let settings = |color: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata: {{color: {color}}}\n"
        )
    };
    // A Service that leads nowhere newly, which is refused.
    let broken = folder
        .text("hello/services/hello.yaml")
        .replace("app: hello", "app: hallo");
    let hello = folder
        .text("hello/deployments/hello.yaml")
        .replace("hello:1.0.0", "hello:2.0.0");
    folder.put("hello/settings.yaml", &settings("red"));
    folder.put("new/hello.yaml", &hello);
    folder.put("new/settings.yaml", &settings("blue"));
    folder.put("new/service.yaml", &broken);
    let check = |words: &str, exit: Exit, told: &str| {
        let line = format!("cutover plan rolling -R -f hello --to new {words}");
        let outcome = folder.run(&line);
        assert_eq!(outcome.exit, exit, "{line}\n{}", outcome.messages);
        let all = outcome.output + &outcome.messages;
        assert!(all.contains(told), "{line}\nwanted: {told}\ngot: {all}");
        all
    };
    check("", Exit::Failed, "`app=hallo` matches no pods");
    let with = check("--without svc/hello", Exit::Done, "ConfigMap settings");
    assert!(with.contains("image of Deployment hello"), "{with}");
    let without = check(
        "--without service/hello --without cm/settings",
        Exit::Done,
        "image of Deployment hello",
    );
    assert!(!without.contains("settings"), "{without}");
    check(
        "--without job/migrate",
        Exit::Failed,
        "error: job/migrate: there is no such object\nhint: there are configmap/settings, deployment/auth, deployment/frontend, deployment/hello, service/auth and 2 more\n",
    );
    check(
        "--without hello",
        Exit::WrongUse,
        "`hello` does not name an object\nhint: write KIND/NAME",
    );
    let line = format!("cutover plan rolling -R -f hello {IMAGE} --without deployment/hello");
    let outcome = folder.run(&line);
    assert_eq!(outcome.exit, Exit::Failed, "{}", outcome.messages);
}
