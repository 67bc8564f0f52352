// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import Digests
import Essentials
import Facts
import HTTPTransport
import KubernetesClient
import KubernetesModel
import OCIModel
import Planning

/// Sends messages to the receivers of channels: one POST each time it is asked.
///
/// What a receiver answers is somebody else's text: its status is told, never its body.
package struct DeliverySource: FactSource {
    private typealias Obstacle = DeliveryRoute.DeliveryObstacle

    private let client: KubernetesClient
    private let route: DeliveryRoute
    private let userAgent: String
    private let now: @Sendable () -> Timestamp
    private let witness: @Sendable (_ channel: ObjectKey, _ isAccepted: Bool) -> Void

    /// How long a receiver may take to answer.
    private static let patience = Duration.seconds(15)

    /// - Parameter witness: is told how each try ended.
    package init(
        client: KubernetesClient, route: DeliveryRoute, userAgent: String, now: @escaping @Sendable () -> Timestamp,
        witness: @escaping @Sendable (_ channel: ObjectKey, _ isAccepted: Bool) -> Void = { _, _ in }
    ) {
        self.client = client
        self.route = route
        self.userAgent = userAgent
        self.now = now
        self.witness = witness
    }

    package func ask(_ question: Delivery) async -> Result<Delivery.Answer, FactFailure> {
        let result = await attempt(question)
        if case .success = result { witness(question.channel, true) } else { witness(question.channel, false) }
        return result
    }

    private func attempt(_ question: Delivery) async -> Result<Delivery.Answer, FactFailure> {
        do throws(Obstacle) {
            let url = try await url(of: question)
            let signature = WebhookSignature(keys: try await keys(of: question))
            // Where the URL is a secret, its host may be one.
            let name = question.receiver.urlSecretRef == nil ? url.host : "the receiver"
            let way = try await route.way(to: url, as: name)
            let result = await send(question, to: url, as: name, signature, by: way.transport)
            await way.close()
            return result
        } catch {
            return .failure(FactFailure(reason: error.reason.rawValue, message: error.message))
        }
    }

    private func send(
        _ question: Delivery, to url: WebhookURL, as name: String, _ signature: WebhookSignature,
        by transport: any HTTPTransport
    ) async -> Result<Delivery.Answer, FactFailure> {
        let body = Array(question.body.utf8)
        var request = HTTPRequest(
            .post, url.text,
            headers: [HTTPHeader("content-type", "application/json"), HTTPHeader("user-agent", userAgent)], body: body,
            timeout: Self.patience)
        request.headers += signature.headers(id: question.id, time: now().seconds, body: body)
        do throws(TransportError) {
            let answer = try await transport.send(request)
            return Self.result(answer, from: name)
        } catch {
            return .failure(
                FactFailure(
                    reason: DeliveryReason.receiverUnreachable.rawValue, message: "\(name): \(error.words)",
                    isShared: true))
        }
    }

    private static func result(_ answer: HTTPResponse, from name: String) -> Result<Delivery.Answer, FactFailure> {
        let (reason, isFinal, isShared): (DeliveryReason, Bool, Bool)
        switch answer.status {
        case 200..<300: return .success(Delivery.Answer())
        case 413, 415, 422: (reason, isFinal, isShared) = (.refused, true, false)
        // Many receivers say 400 to a signature that is not of their secret: that heals.
        case 400: (reason, isFinal, isShared) = (.notAccepted, false, false)
        case 429: (reason, isFinal, isShared) = (.rateLimited, false, true)
        case 408, 425: (reason, isFinal, isShared) = (.receiverFailed, false, true)
        case 500: (reason, isFinal, isShared) = (.receiverFailed, false, false)
        case 501...: (reason, isFinal, isShared) = (.receiverFailed, false, true)
        default: (reason, isFinal, isShared) = (.notAccepted, false, true)
        }
        return .failure(
            FactFailure(
                reason: reason.rawValue, message: "\(name) answered with status \(answer.status)",
                isFinal: isFinal, isShared: isShared,
                retryAfter: answer.header("retry-after").flatMap { RetryAfter.wait($0, date: answer.header("date")) }))
    }

    // MARK: What stands in Secrets

    private func url(of question: Delivery) async throws(Obstacle) -> WebhookURL {
        let text: String
        if let reference = question.receiver.urlSecretRef {
            var bytes = try await value(of: reference, for: question.channel)
            while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
            text = String(decoding: bytes, as: UTF8.self)
        } else {
            text = question.receiver.url ?? ""
        }
        do throws(WebhookURL.Flaw) { return try WebhookURL(parsing: text) } catch {
            let place = question.receiver.urlSecretRef.map { "key \($0.key) of Secret \($0.name)" } ?? "the URL"
            throw Obstacle(.secretInvalid, "\(place): \(error)")
        }
    }

    private func keys(of question: Delivery) async throws(Obstacle) -> [Redacted<[UInt8]>] {
        guard let signing = question.receiver.signing else { return [] }
        var keys: [Redacted<[UInt8]>] = []
        for reference in [signing.secretRef, signing.previousSecretRef].compactMap({ $0 }) {
            guard let key = WebhookSignature.key(of: try await value(of: reference, for: question.channel)) else {
                throw Obstacle(
                    .secretInvalid,
                    "key \(reference.key) of Secret \(reference.name) holds no signing secret of \(WebhookSignature.minimumKeyBytes) bytes or more"
                )
            }
            keys.append(key)
        }
        return keys
    }

    private func value(
        of reference: ChannelSpec.SecretKeyReference, for channel: ObjectKey
    ) async throws(Obstacle) -> [UInt8] {
        let key = ObjectKey(namespace: channel.namespace, name: reference.name)
        let secret: Secret
        do throws(APIError) { secret = try await client.get(Secret.self, key) } catch {
            switch error.status?.code {
            case 404: throw Obstacle(.secretNotFound, "Secret \(key) is not there")
            case 403: throw Obstacle(.secretAccessNotGranted, "the operator may not read Secret \(key)")
            default: throw Obstacle(.secretNotFound, "Secret \(key) could not be read")
            }
        }
        guard let text = secret.data[reference.key]?.exposed else {
            throw Obstacle(.secretNotFound, "Secret \(key) has no key \(reference.key)")
        }
        guard let bytes = Base64.decode(Array(text.utf8)[...]) else {
            throw Obstacle(.secretInvalid, "key \(reference.key) of Secret \(key) is not base64")
        }
        return bytes
    }
}

extension TransportError {
    /// For people, without anything that a receiver wrote.
    fileprivate var words: String {
        switch self {
        case .notConnected(let reason): "no connection: \(reason)"
        case .interrupted(let reason): "the connection broke: \(reason)"
        case .timedOut(let time): "no answer within \(time.components.seconds) s"
        case .tooLarge: "the answer was too large"
        case .refused(let reason): reason
        case .cancelled: "the operator is ending"
        }
    }
}
