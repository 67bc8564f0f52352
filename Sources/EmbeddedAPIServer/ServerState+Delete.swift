// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel

/// What a deletion asks for, from its body and its query.
struct DeleteOptions: Equatable {
    enum Propagation: String { case background = "Background", foreground = "Foreground", orphan = "Orphan" }

    var propagation: Propagation?
    var uid: String?
    var resourceVersion: String?
    var gracePeriodSeconds: Int64?

    init(_ request: APIRequest) throws(APIFailure) {
        var body: JSONValue = [:]
        if !request.body.isEmpty {
            do throws(JSONError) { body = try JSONValue(parsing: request.body) } catch {
                throw .badRequest("the DeleteOptions cannot be read: \(error)")
            }
        }
        uid = body.at("preconditions", "uid")?.stringValue
        resourceVersion = body.at("preconditions", "resourceVersion")?.stringValue
        gracePeriodSeconds =
            body["gracePeriodSeconds"]?.integerValue ?? request.query["gracePeriodSeconds"].flatMap { Int64($0) }
        let policy = body["propagationPolicy"]?.stringValue ?? request.query["propagationPolicy"]
        if let policy {
            guard let known = Propagation(rawValue: policy) else {
                throw .invalid(
                    kind: "DeleteOptions", group: "", "",
                    [.unsupported("propagationPolicy", policy, ["Foreground", "Background", "Orphan"])])
            }
            propagation = known
        }
        if body["orphanDependents"] == true || request.flag("orphanDependents") { propagation = .orphan }
    }
}

extension ServerState {
    mutating func delete(
        _ request: APIRequest, _ served: ServedResource, _ now: Timestamp, _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        guard request.subresource.isEmpty else { throw .methodNotAllowed }
        let options = try DeleteOptions(request)
        guard let old = store[served.table, request.key] else { throw .notFound(served.type, request.name) }
        if let uid = options.uid, uid != old.uid {
            throw .conflict(
                served.type, request.name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(old.uid)). The object might "
                    + "have been deleted and then recreated")
        }
        if let version = options.resourceVersion, version != old.resourceVersion {
            throw .conflict(
                served.type, request.name,
                "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
                    + "(\(old.resourceVersion)). The object might have been modified")
        }
        effect.uid = old.uid
        guard !request.isDryRun else { return .object(code: 200, try present(old, served, request, now)) }
        let (last, isGone) = deleteObject(old, served, request.key, options, now)
        guard isGone, served.type != .pods else { return .object(code: 200, try present(last, served, request, now)) }
        var details = APIFailure.details(served.type, request.name)
        details["uid"] = .string(old.uid)
        return .object(
            code: 200,
            ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details])
    }

    mutating func deleteCollection(
        _ request: APIRequest, _ served: ServedResource, _ now: Timestamp, _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        let options = try DeleteOptions(request)
        let selection = try selection(request, served)
        let doomed = store.objects(in: served.table).filter { selection.matches($0.value, key: $0.key) }
        var items: [JSONValue] = []
        for (key, object) in doomed {
            items.append(listItem(object, served, .full, now))
            if !request.isDryRun { _ = deleteObject(object, served, key, options, now) }
        }
        return .object(
            code: 200,
            [
                "kind": .string(served.type.kind + "List"), "apiVersion": .string(served.type.apiVersion),
                "metadata": ["resourceVersion": .string(String(store.revision))], "items": .array(items),
            ])
    }

    /// Removes the object, or marks it where finalizers or a grace period hold it; returns its last state.
    @discardableResult
    mutating func deleteObject(
        _ old: JSONValue, _ served: ServedResource, _ key: ObjectKey, _ options: DeleteOptions, _ now: Timestamp
    ) -> (last: JSONValue, isGone: Bool) {
        var finalizers = old.finalizers
        switch options.propagation {
        case .orphan:
            finalizers =
                finalizers.filter { $0 != Self.foreground } + (finalizers.contains(Self.orphan) ? [] : [Self.orphan])
        case .foreground:
            finalizers =
                finalizers.filter { $0 != Self.orphan }
                + (finalizers.contains(Self.foreground) ? [] : [Self.foreground])
        case .background: finalizers = finalizers.filter { $0 != Self.orphan && $0 != Self.foreground }
        case nil: break
        }
        let grace = gracePeriod(old, served, options)
        let holdsNamespace = served.type == .namespaces && old.at("spec", "finalizers")?.arrayValue?.isEmpty == false
        if finalizers.isEmpty, grace == 0, !holdsNamespace {
            return (removeObject(served, key, last: old, now) ?? old, true)
        }
        var marked = old.settingMetadata("finalizers", finalizers.isEmpty ? nil : .strings(finalizers))
        if !old.isBeingDeleted {
            marked = marked.settingMetadata("deletionTimestamp", .string((now + .seconds(grace)).rfc3339))
            if let generation = old.metadata["generation"]?.integerValue, generation > 0 {
                marked = marked.settingMetadata("generation", .integer(generation + 1))
            }
        }
        if served.type == .pods || !old.isBeingDeleted {
            marked = marked.settingMetadata("deletionGracePeriodSeconds", .integer(grace))
        }
        if served.type == .namespaces { marked["status"] = ["phase": "Terminating"] }
        if marked == old { return (old, false) }
        return (store.put(marked, in: served.table, at: key), false)
    }

    static let orphan = "orphan"
    static let foreground = "foregroundDeletion"

    /// Only Pods that run on a node are given time (k8s.io/kubernetes `pkg/registry/core/pod/strategy.go`).
    private func gracePeriod(_ object: JSONValue, _ served: ServedResource, _ options: DeleteOptions) -> Int64 {
        guard served.type == .pods else { return 0 }
        let phase = object.at("status", "phase")?.stringValue
        if object.at("spec", "nodeName")?.stringValue == nil || phase == "Succeeded" || phase == "Failed" { return 0 }
        let wanted =
            options.gracePeriodSeconds ?? object.at("spec", "terminationGracePeriodSeconds")?.integerValue ?? 30
        return min(max(wanted, 0), 1_000_000)
    }

    /// True for a Pod that a kubelet has yet to stop.
    func isDeletedGracefully(_ object: JSONValue, _ served: ServedResource) -> Bool {
        served.type == .pods && (object.metadata["deletionGracePeriodSeconds"]?.integerValue ?? 0) > 0
    }

    /// Takes the object out of the store, and what goes with it.
    @discardableResult
    mutating func removeObject(
        _ served: ServedResource, _ key: ObjectKey, last: JSONValue?, _ now: Timestamp
    ) -> JSONValue? {
        let removed = store.remove(from: served.table, at: key, last: last)
        if let removed, served.type == .customResourceDefinitions { forgetDefinition(removed, now) }
        return removed
    }
}
