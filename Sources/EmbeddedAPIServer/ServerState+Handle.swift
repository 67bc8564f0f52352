// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

/// What a transaction answers.
enum Answer: Sendable {
    case object(code: Int, JSONValue)
    case text(code: Int, [UInt8])
    /// An object of a media type of its own.
    case typed(mediaType: String, JSONValue)
    case stream(any HTTPBody)
    case watch(Watch)
}

/// What becomes of a request on the wire.
enum Exchange: Sendable {
    case response(status: Int, headers: [HTTPHeader], body: [UInt8], FaultSet)
    case watch(id: Int, FaultSet)
    /// Text that comes as it is made.
    case stream(any HTTPBody, FaultSet)
    case failure(TransportError)
    /// No answer comes.
    case hang(id: Int)
}

/// What one transaction did, for the audit record.
struct Effect {
    var uid = ""
    var name = ""
    var changed = false
    var created = false
}

extension ServerState {
    /// Carries out one request, with the faults that are armed for it.
    mutating func handle(_ http: HTTPRequest, user: String, now: Timestamp) -> Exchange {
        let request: APIRequest
        do throws(APIFailure) {
            request = try Router.route(http, user: user, catalog: catalog)
        } catch {
            return response(to: error, FaultSet())
        }
        let faults = takeFaults(for: request)
        if faults.contains(.cutBeforeSend) { return .failure(.notConnected(reason: "injected: connection refused")) }
        if faults.contains(.hang) { return hang(http, now) }
        var effect = Effect()
        let before = store.revision
        let result = perform(request, http, faults, now, &effect)
        effect.changed = store.revision != before
        let exchange = exchange(for: result, faults)
        record(request, exchange, effect, now)
        if effect.changed { collectAfterWrite(now) }
        if store.revision != before {
            wakeWatches()
            if !isJournalled {
                return response(
                    to: APIFailure(500, "InternalError", "Internal error occurred: the change could not be kept"),
                    FaultSet())
            }
        }
        if faults.contains(.cutAfterCommit) {
            if case .watch(let id, _) = exchange { watches[id] = nil }
            return .failure(.interrupted(reason: "injected: connection reset"))
        }
        if faults.contains(.hangAfterCommit) { return hang(http, now) }
        return exchange
    }

    private mutating func perform(
        _ request: APIRequest, _ http: HTTPRequest, _ faults: FaultSet, _ now: Timestamp, _ effect: inout Effect
    ) -> Result<Answer, APIFailure> {
        do throws(APIFailure) {
            if let refusal = faults.refusal { throw refusal }
            try checkAccess(request)
            guard request.body.count <= options.bodyLimit else {
                throw APIFailure(
                    413, "RequestEntityTooLarge", "Request entity too large: limit is \(options.bodyLimit)",
                    details: [:])
            }
            guard let type = request.resource, let served = catalog.resource(type) else {
                return .success(try discover(request))
            }
            var request = request
            if options.servesKubectl, request.contentType == ProtobufBody.mediaType {
                request.body = try ProtobufBody(.shared).object(request.body).canonicalBytes
                request.contentType = "application/json"
            }
            return .success(try perform(request, served, http, faults, now, &effect))
        } catch {
            return .failure(error)
        }
    }

    private mutating func perform(
        _ request: APIRequest, _ served: ServedResource, _ http: HTTPRequest, _ faults: FaultSet, _ now: Timestamp,
        _ effect: inout Effect
    ) throws(APIFailure) -> Answer {
        switch request.verb {
        case .get where request.subresource == "log": return try log(request, served, now)
        case .get where request.subresource == "scale": return try scale(request, served)
        case .get: return try get(request, served, faults, now)
        case .list: return try list(request, served, faults, now)
        case .watch: return .watch(try openWatch(request, served, http, faults, now))
        case .create where served.isReview: return try review(request, served)
        case .create where request.subresource == "token": return try issueToken(request, served, now)
        case .update where request.subresource == "scale": return try setScale(request, served, now, &effect)
        case .patch where request.subresource == "scale": return try setScale(request, served, now, &effect)
        case .create: return try create(request, served, now, &effect)
        case .update: return try update(request, served, now, &effect)
        case .patch: return try patch(request, served, now, &effect)
        case .delete: return try delete(request, served, now, &effect)
        case .deleteCollection: return try deleteCollection(request, served, now, &effect)
        }
    }

    private mutating func exchange(for result: Result<Answer, APIFailure>, _ faults: FaultSet) -> Exchange {
        switch result {
        case .failure(let failure): return response(to: failure, faults)
        case .success(.object(let code, let object)):
            return .response(
                status: code, headers: [HTTPHeader("Content-Type", "application/json")],
                body: object.canonicalBytes + [UInt8(ascii: "\n")], faults)
        case .success(.text(let code, let bytes)):
            return .response(status: code, headers: [HTTPHeader("Content-Type", "text/plain")], body: bytes, faults)
        case .success(.typed(let mediaType, let object)):
            return .response(
                status: 200, headers: [HTTPHeader("Content-Type", mediaType)], body: object.canonicalBytes, faults)
        case .success(.stream(let body)): return .stream(body, faults)
        case .success(.watch(let watch)):
            let id = takeID()
            watches[id] = watch
            return .watch(id: id, faults)
        }
    }

    private func response(to failure: APIFailure, _ faults: FaultSet) -> Exchange {
        var headers = [HTTPHeader("Content-Type", failure.isPlainText ? "text/plain" : "application/json")]
        if let seconds = failure.retryAfter { headers.append(HTTPHeader("Retry-After", String(seconds))) }
        let body =
            failure.isPlainText ? Array(failure.message.utf8) : failure.status.canonicalBytes + [UInt8(ascii: "\n")]
        return .response(status: failure.code, headers: headers, body: body, faults)
    }

    private mutating func hang(_ http: HTTPRequest, _ now: Timestamp) -> Exchange {
        let id = takeID()
        if let timeout = http.timeout { parking.deadlines[id] = now + timeout }
        return .hang(id: id)
    }

    private mutating func record(_ request: APIRequest, _ exchange: Exchange, _ effect: Effect, _ now: Timestamp) {
        let code: Int
        if case .response(let status, _, _, _) = exchange { code = status } else { code = 200 }
        if let limit = options.auditLimit, audit.count >= 2 * limit + 16 { audit.removeFirst(audit.count - limit) }
        recorded += 1
        audit.append(
            AuditRecord(
                sequence: recorded - 1, time: now, user: request.user, verb: request.verb, resource: request.resource,
                namespace: request.namespace, name: effect.name.isEmpty ? request.name : effect.name,
                subresource: request.subresource, isApply: request.isApply, fieldManager: request.fieldManager,
                path: request.path, code: code, uid: effect.uid, revision: store.revision, changed: effect.changed,
                created: effect.created))
    }
}
