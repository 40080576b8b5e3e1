//! The certificates and keys of a cluster: one authority, the server, the administrator, the
//! service accounts.

use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};

use crate::Result;

/// The file of the authority that all others are signed by.
pub(super) const AUTHORITY: &str = "authority.crt";
/// The file of the API server's certificate.
pub(super) const SERVER: &str = "server.crt";
/// The file of the API server's key.
pub(super) const SERVER_KEY: &str = "server.key";
/// The file of the administrator's certificate.
pub(super) const ADMINISTRATOR: &str = "administrator.crt";
/// The file of the administrator's key.
pub(super) const ADMINISTRATOR_KEY: &str = "administrator.key";
/// The file of the key that service accounts' tokens are checked by.
pub(super) const SERVICE_ACCOUNTS: &str = "service-accounts.pub";
/// The file of the key that signs the service accounts' tokens.
pub(super) const SERVICE_ACCOUNTS_KEY: &str = "service-accounts.key";

/// By what name the API server is reached.
const SERVER_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "kubernetes.default.svc"];

/// Writes them all into a folder.
pub(super) fn write(folder: &Path) -> Result<()> {
    let authority = CertifiedIssuer::self_signed(authority(), KeyPair::generate()?)?;
    fs::write(folder.join(AUTHORITY), authority.pem())?;

    let names = SERVER_NAMES.map(str::to_owned);
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name = called("kube-apiserver", None);
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    write_signed(
        &server,
        &authority,
        &folder.join(SERVER),
        &folder.join(SERVER_KEY),
    )?;

    let mut administrator = CertificateParams::default();
    administrator.distinguished_name = called("administrator", Some("system:masters"));
    administrator.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    write_signed(
        &administrator,
        &authority,
        &folder.join(ADMINISTRATOR),
        &folder.join(ADMINISTRATOR_KEY),
    )?;

    let service_accounts = KeyPair::generate()?;
    fs::write(
        folder.join(SERVICE_ACCOUNTS),
        service_accounts.public_key_pem(),
    )?;
    Ok(fs::write(
        folder.join(SERVICE_ACCOUNTS_KEY),
        service_accounts.serialize_pem(),
    )?)
}

fn authority() -> CertificateParams {
    let mut authority = CertificateParams::default();
    authority.distinguished_name = called("cutover-tests", None);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority
}

fn called(name: &str, group: Option<&str>) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    if let Some(group) = group {
        called.push(DnType::OrganizationName, group);
    }
    called
}

fn write_signed(
    subject: &CertificateParams,
    authority: &CertifiedIssuer<'_, KeyPair>,
    certificate: &Path,
    key: &Path,
) -> Result<()> {
    let pair = KeyPair::generate()?;
    fs::write(certificate, subject.signed_by(&pair, authority)?.pem())?;
    Ok(fs::write(key, pair.serialize_pem())?)
}
