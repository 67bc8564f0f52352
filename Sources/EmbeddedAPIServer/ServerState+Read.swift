// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

extension ServerState {
    func get(
        _ request: APIRequest, _ served: ServedResource, _ faults: FaultSet, _ now: Timestamp
    ) throws(APIFailure) -> Answer {
        if let wanted = try revision(request.query["resourceVersion"]), wanted > store.revision {
            throw .tooLarge(wanted, current: store.revision)
        }
        var found = store[served.table, request.key]
        if let past = faults.staleRevision {
            found = store.objects(in: served.table, at: past)?.first { $0.key == request.key }?.value
        }
        guard let object = found else { throw .notFound(served.type, request.name) }
        return .object(code: 200, try present(object, served, request, now))
    }

    func list(
        _ request: APIRequest, _ served: ServedResource, _ faults: FaultSet, _ now: Timestamp
    ) throws(APIFailure) -> Answer {
        let selection = try selection(request, served)
        let limit = request.query["limit"].flatMap { Int($0) } ?? 0
        let page = try startOfPage(request, limit: limit, faults)
        guard let all = store.objects(in: served.table, at: page.revision) else {
            throw page.isContinuation
                ? .expiredList(continueToken: ContinueToken(revision: nil, after: page.after).text)
                : .expiredSnapshot(page.revision)
        }
        var matching = all.filter { selection.matches($0.value, key: $0.key) }
        if let after = page.after { matching.removeAll { $0.key <= after } }
        var metadata: [String: JSONValue] = ["resourceVersion": .string(String(page.revision))]
        if limit > 0, matching.count > limit {
            let remaining = matching.count - limit
            matching.removeLast(remaining)
            metadata["continue"] = .string(ContinueToken(revision: page.revision, after: matching.last?.key).text)
            if selection.selectsAll { metadata["remainingItemCount"] = .integer(Int64(remaining)) }
        }
        let form = try form(request)
        if case .table(let row) = form {
            let shown = matching.map { full($0.value, served) }
            return .object(
                code: 200, Table(served, row, now).rendered(shown, metadata: .object(metadata), withColumns: true))
        }
        let items = matching.map { _, object in listItem(object, served, form, now) }
        return .object(
            code: 200,
            [
                "apiVersion": .string(form == .metadata ? "meta.k8s.io/v1" : served.type.apiVersion),
                "kind": .string(form == .metadata ? "PartialObjectMetadataList" : served.type.kind + "List"),
                "metadata": .object(metadata), "items": .array(items),
            ])
    }

    private struct Page {
        var revision: Int
        var after: ObjectKey?
        var isContinuation: Bool
    }

    /// Which snapshot to show, and from where (k8s.io/apiserver `storage`, rules of `resourceVersionMatch`).
    private func startOfPage(_ request: APIRequest, limit: Int, _ faults: FaultSet) throws(APIFailure) -> Page {
        let asked = request.query["resourceVersion"] ?? ""
        let match = request.query["resourceVersionMatch"] ?? ""
        let token = request.query["continue"] ?? ""
        try checkListOptions(asked: asked, match: match, token: token)
        if !token.isEmpty {
            guard asked.isEmpty || asked == "0" else {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            let decoded = try ContinueToken(parsing: token)
            return Page(revision: decoded.revision ?? store.revision, after: decoded.after, isContinuation: true)
        }
        let wanted = try revision(asked) ?? 0
        if wanted > store.revision { throw .tooLarge(wanted, current: store.revision) }
        if let stale = faults.staleRevision { return Page(revision: stale, after: nil, isContinuation: false) }
        // Without a match, a revision with a limit means exactly that revision (legacy behaviour, KEP-2523).
        let isExact = match == "Exact" || (match.isEmpty && wanted > 0 && limit > 0)
        return Page(revision: isExact ? wanted : store.revision, after: nil, isContinuation: false)
    }

    func checkListOptions(asked: String, match: String, token: String) throws(APIFailure) {
        guard !match.isEmpty else { return }
        var causes: [FieldCause] = []
        let field = "resourceVersionMatch"
        if asked.isEmpty {
            causes.append(.forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
        }
        if !token.isEmpty {
            causes.append(.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
        }
        if match != "Exact", match != "NotOlderThan" {
            causes.append(.unsupported(field, match, ["Exact", "NotOlderThan", ""]))
        } else if match == "Exact", asked == "0" {
            causes.append(
                .forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
        }
        if !causes.isEmpty { throw .invalid(kind: "ListOptions", group: "meta.k8s.io", "", causes) }
    }

    /// Reads a revision; nil for none. The real server answers a broken one with 500.
    func revision(_ text: String?) throws(APIFailure) -> Int? {
        guard let text, !text.isEmpty else { return nil }
        guard let value = Int(text), value >= 0 else {
            throw APIFailure(
                500, nil,
                "resourceVersion: Invalid value: \(JSONValue.quoted(text)): strconv.ParseUint: parsing "
                    + "\(JSONValue.quoted(text)): invalid syntax")
        }
        return value
    }

    func selection(_ request: APIRequest, _ served: ServedResource) throws(APIFailure) -> Selection {
        Selection(
            namespace: request.namespace, labels: try LabelSelector(parsing: request.query["labelSelector"] ?? ""),
            fields: try FieldSelector(parsing: request.query["fieldSelector"] ?? "", for: served.type))
    }

    func log(_ request: APIRequest, _ served: ServedResource, _ now: Timestamp) throws(APIFailure) -> Answer {
        guard let pod = store[served.table, request.key] else { throw .notFound(served.type, request.name) }
        let containers = ["containers", "initContainers", "ephemeralContainers"].flatMap { list in
            (pod.at("spec", list)?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        }
        var container = request.query["container"] ?? ""
        if container.isEmpty {
            guard pod.at("spec", "containers")?.arrayValue?.count == 1, let only = containers.first else {
                throw .badRequest(
                    "a container name must be specified for pod \(request.name), choose one of: "
                        + "[\(containers.joined(separator: " "))]")
            }
            container = only
        } else if !containers.contains(container) {
            throw .badRequest("container \(container) is not valid for pod \(request.name)")
        }
        let limit = request.query["limitBytes"].flatMap { Int($0) }.map { max(0, $0) }
        var query = PodLogQuery(
            pod: request.key, uid: pod.uid, container: container, limitBytes: limit,
            tailLines: request.query["tailLines"].flatMap { Int($0) }.map { max(0, $0) },
            isPrevious: request.flag("previous"))
        query.follows = request.flag("follow")
        query.showsTimes = request.flag("timestamps")
        query.since = request.query["sinceTime"].flatMap(Timestamp.init(rfc3339:))
        if let seconds = request.query["sinceSeconds"].flatMap({ Int64($0) }), seconds >= 0 {
            query.since = now - .seconds(min(seconds, 1 << 32))
        }
        query.isScheduled = pod.at("spec", "nodeName")?.stringValue != nil
        query.status = pod.containerStatus(container)
        switch podLog(query) {
        case .stream(let body): return .stream(body)
        case .text(let bytes): return .text(code: 200, limit.map { Array(bytes.prefix($0)) } ?? bytes)
        case .notReady(let reason):
            throw .badRequest(
                "container \(JSONValue.quoted(container)) in pod \(JSONValue.quoted(request.name)) is waiting "
                    + "to start: \(reason)")
        case .unavailable(let reason): throw APIFailure(500, "InternalError", "Internal error occurred: \(reason)")
        }
    }
}
