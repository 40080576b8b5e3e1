//! What changes between two images, in as few words as tell them apart.

use cutover_manifest::ImageReference;

/// Two images, without what both have in common: `1.0.0 → 2.0.0`.
pub(crate) fn versions(before: &str, after: &str) -> String {
    let (was, is) = match common(before, after) {
        Some(versions) => versions,
        None => (whole(before), whole(after)),
    };
    if was == is {
        // Digests that only differ behind what is told of them.
        return format!("{before} → {after}");
    }
    format!("{was} → {is}")
}

/// The versions of two images of one repository; none where one says none.
fn common(before: &str, after: &str) -> Option<(String, String)> {
    let images = (ImageReference::parse(before), ImageReference::parse(after));
    let (Ok(before), Ok(after)) = images else {
        return None;
    };
    if before.repository() != after.repository() {
        return None;
    }
    Some((version(&before)?, version(&after)?))
}

/// The name of a repository without its middle, where it is long: the registry stays, and the last of
/// the path.
fn shortened(repository: &str) -> String {
    let letters: Vec<char> = repository.chars().collect();
    let Some(end) = letters.len().checked_sub(LONGEST / 2) else {
        return repository.to_owned();
    };
    if letters.len() <= LONGEST {
        return repository.to_owned();
    }
    let start = letters[..LONGEST / 2 - 1].iter();
    start.chain(&['…']).chain(&letters[end..]).collect()
}

/// So many letters of a repository are read at a glance.
const LONGEST: usize = 40;

/// An image with its digest and a long name made short; what is no image as it is written.
pub(crate) fn whole(image: &str) -> String {
    let Ok(parts) = ImageReference::parse(image) else {
        return image.to_owned();
    };
    let repository = shortened(parts.repository());
    match (parts.tag(), version(&parts)) {
        (_, None) => repository,
        (Some(_), Some(version)) => format!("{repository}:{version}"),
        (None, Some(digest)) => format!("{repository}@{digest}"),
    }
}

/// The tag and the beginning of the digest: `1.0.0`, `sha256:0123456789ab` or both, with an `@`.
fn version(image: &ImageReference<'_>) -> Option<String> {
    let digest = image.digest().map(short);
    match (image.tag(), digest) {
        (None, digest) => digest,
        (Some(tag), None) => Some(tag.to_owned()),
        (Some(tag), Some(digest)) => Some(format!("{tag}@{digest}")),
    }
}

/// As many digits of a digest as people need to tell two apart.
fn short(digest: &str) -> String {
    match digest.split_once(':') {
        Some((algorithm, digits)) => {
            let end = digits.len().min(DIGITS);
            format!("{algorithm}:{}", &digits[..end])
        }
        None => digest.to_owned(),
    }
}

const DIGITS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_images_are_told_without_what_both_have_in_common() {
        let check = |before, after, expect| assert_eq!(versions(before, after), expect);
        check("hello:1.0.0", "hello:2.0.0", "1.0.0 → 2.0.0");
        check("r.example:5000/a/web:1", "r.example:5000/a/web:2", "1 → 2");
        check(
            "r.example:5000/web",
            "r.example:5001/web:1",
            "r.example:5000/web → r.example:5001/web:1",
        );
        check(
            "r.example:5000/web:1",
            "r.example:5001/web:1",
            "r.example:5000/web:1 → r.example:5001/web:1",
        );
        check("web", "web:2", "web → web:2");
        check("web:1", "api:1", "web:1 → api:1");
        check("${IMAGE}", "web:1", "${IMAGE} → web:1");
    }

    #[test]
    fn a_long_name_is_told_without_its_middle_and_with_its_tag() {
        let check = |image: &str, expect: &str| assert_eq!(whole(image), expect);
        check(
            "registry.example/hello:1.0.0",
            "registry.example/hello:1.0.0",
        );
        check(
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com/platform/team/hello-service:2026.11.30-rc1",
            "123456789012.dkr.ec…m/team/hello-service:2026.11.30-rc1",
        );
    }

    #[test]
    fn digests_are_told_by_their_first_digits() {
        let digest = |digit: &str| format!("sha256:{}", digit.repeat(64));
        let (one, two) = (digest("1"), digest("2"));
        let check = |before: String, after: String, expect: &str| {
            assert_eq!(versions(&before, &after), expect);
        };
        let short = "sha256:111111111111 → sha256:222222222222";
        check(format!("web@{one}"), format!("web@{two}"), short);
        let tagged = "1@sha256:111111111111 → 2@sha256:222222222222";
        check(format!("web:1@{one}"), format!("web:2@{two}"), tagged);
        check(
            "web:1".into(),
            format!("web@{two}"),
            "1 → sha256:222222222222",
        );
        let moved = "a/web@sha256:111111111111 → b/web:1@sha256:111111111111";
        check(format!("a/web@{one}"), format!("b/web:1@{one}"), moved);
        let near = format!("web@{}2", &one[..one.len() - 1]);
        let whole = format!("web@{one} → {near}");
        check(format!("web@{one}"), near, &whole);
    }
}
