use cutover_manifest::ObjectRef;

use super::*;

fn look(name: &str) -> (Question, Request) {
    let object = ObjectRef::new("v1", "ConfigMap", None, name);
    (Question::Look(object.clone()), Request::Get(object))
}

fn sent((question, request): (Question, Request)) -> Sent {
    Sent::new(question, request, Timestamp::UNIX_EPOCH)
}

/// A failure means that a run decides before it has heard, or that it waits for ever.
#[test]
fn nothing_is_decided_before_all_is_answered() {
    let mut requests = Requests::default();
    assert!(requests.has_room());
    let ticket = requests.open(sent(look("a")));
    assert!(!requests.has_room() && !requests.is_answered());
    assert!(requests.close(ticket).is_some());
    assert!(requests.close(ticket).is_none());
    assert!(requests.has_room() && requests.is_answered());

    let analysis = requests.open(sent((Question::Check((1, 0)), look("a").1)));
    assert!(requests.has_room() && requests.is_answered());
    assert!(requests.has_asked((1, 0)) && !requests.has_asked((1, 1)));
    requests.close(analysis);
    assert!(!requests.has_asked((1, 0)));
}

/// A failure means that a server is asked a thousand things at once, or one after the other.
#[test]
fn what_is_queued_is_asked_abreast() {
    let mut requests = Requests::default();
    requests.enqueue((0..40).map(|number| look(&number.to_string())));
    let mut tickets = Vec::new();
    while requests.has_room() {
        let question = requests.next().unwrap();
        tickets.push(requests.open(sent(question)));
    }
    assert_eq!(tickets.len(), ABREAST);
    requests.close(tickets[0]);
    assert!(requests.has_room());
    requests.clear_queue();
    assert!(!requests.has_room());
}

/// A failure means that a run decides something else while a request is to be sent again.
#[test]
fn what_is_sent_again_is_waited_for() {
    let mut requests = Requests::default();
    requests.delay(Timestamp::UNIX_EPOCH, sent(look("a")).again());
    assert!(!requests.has_room());
    let delayed = requests.take_delayed();
    assert_eq!(delayed.len(), 1);
    assert_eq!(delayed[0].1.tries, 1);
    assert!(requests.has_room());
}
