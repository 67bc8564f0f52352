// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

extension ServerState {
    mutating func openWatch(
        _ request: APIRequest, _ served: ServedResource, _ http: HTTPRequest, _ faults: FaultSet, _ now: Timestamp
    ) throws(APIFailure) -> Watch {
        let wanted = try revision(request.query["resourceVersion"])
        try checkInitialEvents(request)
        var selection = try selection(request, served)
        if !request.name.isEmpty {
            selection.fields.terms.append(.init(path: "metadata.name", value: request.name, isNegated: false))
        }
        let timeout =
            request.query["timeoutSeconds"].flatMap { Int($0) }
            ?? Int.random(in: 1_800...3_600, using: &generator)
        var watch = Watch(
            request: request, served: served, selection: selection, form: try form(request),
            faults: faults, cursor: max(wanted ?? 0, 0),
            sendsBookmarks: request.flag("allowWatchBookmarks") && !faults.contains(.suppressBookmarks),
            nextBookmark: now + options.bookmarkInterval, deadline: now + .seconds(min(max(timeout, 0), 86_400)),
            inactivityLimit: http.inactivityLimit, lastDelivery: now)
        if wanted == nil || wanted == 0 || request.flag("sendInitialEvents") {
            for (key, object) in store.objects(in: served.table) where selection.matches(object, key: key) {
                watch.queue.append(.init(kind: .added, object: object))
            }
            watch.cursor = store.revision
            if request.flag("sendInitialEvents") {
                var mark = bookmark(watch, at: store.revision)
                let annotations: JSONValue = ["k8s.io/initial-events-end": "true"]
                mark.object = mark.object.settingMetadata("annotations", annotations)
                watch.queue.append(mark)
            }
        }
        return watch
    }

    private func checkInitialEvents(_ request: APIRequest) throws(APIFailure) {
        guard request.query["sendInitialEvents"] != nil else {
            guard request.query["resourceVersionMatch"] == nil else {
                throw .invalid(
                    kind: "ListOptions", group: "meta.k8s.io", "",
                    [.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch")])
            }
            return
        }
        guard options.servesInitialEvents else {
            throw .invalid(
                kind: "ListOptions", group: "meta.k8s.io", "",
                [
                    .forbidden(
                        "sendInitialEvents",
                        "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")
                ])
        }
    }

    /// What the watch hands out next. Time and history decide; nothing is lost by asking.
    mutating func step(_ id: Int, now: Timestamp) -> Watch.Step {
        guard var watch = watches[id] else { return .end }
        defer { watches[id] = watch }
        if watch.isCancelled { return .failure(.cancelled) }
        if watch.hasEnded { return .end }
        if let line = watch.faults.takeLine(after: watch.deliveredEvents) {
            watch.lastDelivery = now
            return .chunk(line + [UInt8(ascii: "\n")])
        }
        if let event = nextEvent(&watch, now) {
            watch.lastDelivery = now
            return .chunk(line(event, &watch, now))
        }
        if watch.hasEnded || now >= watch.deadline {
            watch.hasEnded = true
            return .end
        }
        if let limit = watch.inactivityLimit, now >= watch.lastDelivery + limit {
            watch.hasEnded = true
            return .failure(.timedOut(after: limit))
        }
        return .wait
    }

    private func nextEvent(_ watch: inout Watch, _ now: Timestamp) -> Watch.Event? {
        if let failure = watch.faults.error(after: watch.deliveredEvents) {
            watch.hasEnded = true
            return .init(kind: .error, object: failure.status)
        }
        if let count = watch.faults.endAfterEvents, watch.deliveredEvents >= count {
            watch.hasEnded = true
            return nil
        }
        while let event = takeEvent(&watch) {
            let ordinal = watch.deliveredEvents
            watch.deliveredEvents += 1
            if !watch.faults.droppedEvents.contains(ordinal) || event.kind == .error { return event }
        }
        guard watch.sendsBookmarks, !isHeld(watch), now >= watch.nextBookmark else { return nil }
        watch.nextBookmark = now + options.bookmarkInterval
        return bookmark(watch, at: watch.cursor)
    }

    private func takeEvent(_ watch: inout Watch) -> Watch.Event? {
        if isHeld(watch) { return nil }
        if !watch.queue.isEmpty { return watch.queue.removeFirst() }
        if watch.cursor < store.compactedRevision {
            watch.hasEnded = true
            let failure = APIFailure.expiredWatch(watch.cursor, oldest: store.compactedRevision)
            return .init(kind: .error, object: failure.status)
        }
        if watch.faults.contains(.coalesceEvents) {
            watch.queue = coalescedEvents(&watch)
            return watch.queue.isEmpty ? nil : watch.queue.removeFirst()
        }
        for change in store.changes(after: watch.cursor) {
            watch.cursor = change.revision
            guard change.table == watch.served.table else { continue }
            if let event = change.event(for: watch.selection) { return event }
        }
        watch.cursor = max(watch.cursor, store.revision)
        return nil
    }

    /// The net effect of all that waits: one event an object at most.
    private func coalescedEvents(_ watch: inout Watch) -> [Watch.Event] {
        var net: [ObjectKey: ObjectStore.Change] = [:]
        for change in store.changes(after: watch.cursor) where change.table == watch.served.table {
            var merged = change
            if let earlier = net[change.key] { merged.before = earlier.before }
            net[change.key] = merged
        }
        watch.cursor = max(watch.cursor, store.revision)
        return net.values.sorted { $0.revision < $1.revision }.compactMap { $0.event(for: watch.selection) }
    }

    /// True when a pull would get something now.
    func hasWork(_ id: Int, now: Timestamp) -> Bool {
        var copy = self
        if case .wait = copy.step(id, now: now) { return false }
        return true
    }

    func isHeld(_ watch: Watch) -> Bool { holds.contains { $0(watch.request) } }

    private func bookmark(_ watch: Watch, at revision: Int) -> Watch.Event {
        .init(
            kind: .bookmark,
            object: [
                "apiVersion": .string(watch.served.type.apiVersion), "kind": .string(watch.served.type.kind),
                "metadata": ["resourceVersion": .string(String(revision)), "creationTimestamp": .null],
            ])
    }

    private func line(_ event: Watch.Event, _ watch: inout Watch, _ now: Timestamp) -> [UInt8] {
        var object = event.object
        switch event.kind {
        case .error: break
        // A bookmark is no row of a table.
        case .bookmark:
            object =
                watch.form == .metadata ? present(object, watch.served, .metadata, now) : full(object, watch.served)
        case .added, .modified, .deleted:
            object = present(object, watch.served, watch.form, now, isFirst: !watch.hasNamedColumns)
            watch.hasNamedColumns = true
        }
        let line: JSONValue = ["type": .string(event.kind.rawValue), "object": object]
        return line.canonicalBytes + [UInt8(ascii: "\n")]
    }
}
