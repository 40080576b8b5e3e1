//! What may be said of errors that can hold a password or a token: where, and of what kind they are.

use std::error::Error;

use http::Uri;
use kube::client::AuthError;
use kube::config::KubeconfigError;

/// What is wrong with a kubeconfig, without anything that stands in it.
pub(crate) fn kubeconfig(error: &KubeconfigError) -> String {
    match error {
        // It would show the lines around, tokens included.
        KubeconfigError::Parse(error) => match error.location() {
            Some(at) => format!(
                "failed to parse kubeconfig YAML in line {}, column {}",
                at.line(),
                at.column()
            ),
            None => "failed to parse kubeconfig YAML".to_owned(),
        },
        error => with_sources(error),
    }
}

/// Which kubeconfig is not there.
pub(crate) fn absent(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::ReadConfig(_, path) => format!("there is no {}", path.display()),
        error => format!("there is no kubeconfig ({})", with_sources(error)),
    }
}

/// Why a client cannot be made or its request not be sent.
pub(crate) fn client(error: &kube::Error) -> String {
    match error {
        kube::Error::Auth(error) => auth(error),
        kube::Error::InferKubeconfig(error) => kubeconfig(error),
        kube::Error::ProxyProtocolDisabled { proxy_url, .. }
        | kube::Error::ProxyProtocolUnsupported { proxy_url } => format!(
            "the proxy {} has a protocol that is not supported",
            address(proxy_url)
        ),
        kube::Error::Service(error) => match error.downcast_ref() {
            Some(error) => auth(error),
            None => with_sources(&**error),
        },
        error => with_sources(error),
    }
}

/// Why the client cannot say who it is, without what a plugin said: that may be a token.
fn auth(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecRun { cmd, out } => format!(
            "the credential plugin {} failed with {}; run it by hand to see why",
            program(cmd),
            out.status
        ),
        AuthError::AuthExecParse(_) => {
            "the credential plugin answered no ExecCredential".to_owned()
        }
        AuthError::ParseTokenKey(_) => "the credential plugin answered no JSON".to_owned(),
        AuthError::MalformedTokenExpirationDate(_) => {
            "the token's expiration is no date".to_owned()
        }
        error => with_sources(error),
    }
}

/// The program of a command, without its arguments and variables.
fn program(command: &str) -> &str {
    let is_variable = |word: &&str| word.contains('=') || *word == "env";
    let mut words = command.split_whitespace().skip_while(is_variable);
    words
        .next()
        .unwrap_or("of the kubeconfig")
        .trim_matches('"')
}

/// A URL's server, without its user and password, its path and its query.
pub(crate) fn address(url: &Uri) -> String {
    let host = url.host().unwrap_or_default();
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!("{}://{host}{port}", url.scheme_str().unwrap_or("http"))
}

/// An error and what it comes from, each said once.
fn with_sources(error: &(dyn Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        source = error.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{ExitStatus, Output};

    use kube::config::Kubeconfig;

    use super::*;

    const TOKEN: &str = "hunter2";

    fn check(said: &str, says: &str) {
        assert!(said.contains(says), "{said}");
        assert!(!said.contains(TOKEN), "{said}");
    }

    #[test]
    fn a_broken_kubeconfig_shows_nothing_of_it() {
        let broken = |user: &str, says: &str| {
            let text = format!(
                "apiVersion: v1\nkind: Config\nusers:\n- name: me\n  user: {user}\nclusters: []\n"
            );
            check(
                &kubeconfig(&Kubeconfig::from_yaml(&text).unwrap_err()),
                says,
            );
        };
        let says = "failed to parse kubeconfig YAML in line ";
        broken("{token: hunter2", says);
        broken("{token: [hunter2]}", says);
        broken("hunter2", says);
        broken("{token: *hunter2}", says);
        broken("{token: \"hunter2\\q\"}", says);
    }

    #[test]
    fn a_plugin_that_fails_or_babbles_is_not_repeated() {
        let failed = |command: &str| {
            let out = Output {
                status: ExitStatus::from_raw(256),
                stdout: TOKEN.into(),
                stderr: TOKEN.into(),
            };
            let error = AuthError::AuthExecRun {
                cmd: command.to_owned(),
                out: Box::new(out),
            };
            let said = client(&kube::Error::Auth(error));
            check(
                &said,
                "the credential plugin login failed with exit status: 1",
            );
        };
        failed("login --token hunter2");
        failed("\"login\" \"hunter2\"");
        failed("env TOKEN=\"hunter2\" \"login\" \"get\"");
        failed("TOKEN=\"hunter2\" \"login\"");
        let json = serde_json::from_str::<u8>("\"hunter2\"").unwrap_err();
        let said = client(&kube::Error::Service(Box::new(AuthError::ParseTokenKey(
            json,
        ))));
        check(&said, "answered no JSON");
    }

    #[test]
    fn the_password_of_a_proxy_is_not_repeated() {
        for url in [
            "ftp://me:hunter2@proxy:81",
            "ftp://hunter2@proxy:81",
            "ftp://proxy:81/?token=hunter2",
        ] {
            let error = kube::Error::ProxyProtocolUnsupported {
                proxy_url: Box::new(url.parse().unwrap()),
            };
            check(&client(&error), "the proxy ftp://proxy:81 has a protocol");
        }
    }
}
