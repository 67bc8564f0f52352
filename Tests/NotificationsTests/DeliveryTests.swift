// SPDX-License-Identifier: Apache-2.0
import CustomResources
import EmbeddedAPIServer
import Essentials
import Facts
import HTTPTransport
import KubernetesClient
import KubernetesModel
import Planning
import Synchronization
import Testing

@testable import Notifications

/// What a receiver sees, what it is asked for, and where messages may go.
@Suite struct DeliveryTests {
    /// A receiver that answers as it is told and keeps what it got.
    private final class Receiver: ClosableTransport {
        private let state: Mutex<(answer: Result<HTTPResponse, TransportError>, requests: [HTTPRequest], closed: Int)>

        init(_ answer: Result<HTTPResponse, TransportError> = .success(HTTPResponse(status: 204, body: BytesBody([]))))
        {
            state = Mutex((answer, [], 0))
        }

        var requests: [HTTPRequest] { state.withLock { $0.requests } }
        var closed: Int { state.withLock { $0.closed } }

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            let answer = state.withLock { state in
                state.requests.append(request)
                return state.answer
            }
            return try answer.get()
        }

        func shutdown() async { state.withLock { $0.closed += 1 } }
    }

    private let server = EmbeddedAPIServer { Timestamp(secondsSinceEpoch: 1_800_000_000) }
    private let channel = ObjectKey(namespace: "default", name: "hooks")

    private func route(
        _ receiver: Receiver, allow: [String] = [], proxy: Receiver? = nil,
        names: [String: [String]] = ["hooks.example.org": ["93.184.216.34"]],
        connected: (@Sendable (IPAddress) -> Void)? = nil
    ) -> DeliveryRoute {
        DeliveryRoute(
            allowed: HostRules(allow), exceptions: ProxyExceptions([]), httpProxy: proxy, httpsProxy: proxy,
            resolve: { name in (names[name] ?? []).compactMap { IPAddress($0) } }
        ) { _, address throws(DeliveryRoute.DeliveryObstacle) in
            connected?(address)
            return receiver
        }
    }

    private func source(_ route: DeliveryRoute) -> DeliverySource {
        server.grant("watchbill", [AccessRule(group: "", resource: "secrets", verbs: [.get], namespace: "default")])
        return DeliverySource(
            client: KubernetesClient(transport: { _ in server.transport(user: "watchbill") }), route: route,
            userAgent: "watchbill/test", now: { Timestamp(secondsSinceEpoch: 1_614_265_330) })
    }

    private func question(_ webhook: ChannelSpec.Webhook) -> Delivery {
        Delivery("msg_1", #"{"a":1}"#, by: channel, to: webhook)
    }

    private func secret(_ name: String, _ data: [String: String]) async throws {
        let admin = KubernetesClient(transport: { _ in server.transport() })
        try await admin.create(
            .secrets, namespace: "default",
            body: [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name)],
                "data": .object(data.mapValues { .string(Base64.encode(Array($0.utf8))) }),
            ])
    }

    private func reason(_ result: Result<Delivery.Answer, FactFailure>) -> String? {
        if case .failure(let failure) = result { failure.reason } else { nil }
    }

    @Test func `a message is one POST with id, time, signature and the body as it is`() async throws {
        try await secret(
            "signing", ["key": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "url": "https://hooks.example.org/s3cret\n"])
        let receiver = Receiver()
        let webhook = ChannelSpec.Webhook(
            urlSecretRef: .init(name: "signing", key: "url"),
            signing: .init(secretRef: .init(name: "signing", key: "key")))
        let result = await source(route(receiver)).ask(question(webhook))
        #expect(result == .success(.init()))
        let request = try #require(receiver.requests.first)
        #expect(receiver.requests.count == 1 && receiver.closed == 1)
        #expect(request.method == .post)
        #expect(request.url == "https://hooks.example.org/s3cret")
        #expect(request.body == Array(#"{"a":1}"#.utf8))
        #expect(request.headers.contains(HTTPHeader("webhook-id", "msg_1")))
        #expect(request.headers.contains { $0.name == "webhook-signature" && $0.value.hasPrefix("v1,") })
    }

    @Test(
        arguments: [
            (200, nil), (204, nil), (301, "NotAccepted"), (302, "NotAccepted"), (400, "NotAccepted"),
            (401, "NotAccepted"),
            (403, "NotAccepted"), (404, "NotAccepted"), (408, "ReceiverFailed"), (410, "NotAccepted"), (413, "Refused"),
            (422, "Refused"), (429, "RateLimited"), (500, "ReceiverFailed"), (502, "ReceiverFailed"),
            (503, "ReceiverFailed"),
        ] as [(Int, String?)])
    func `what a status means`(status: Int, expected: String?) async {
        let receiver = Receiver(
            .success(HTTPResponse(status: status, headers: [HTTPHeader("Retry-After", "77")], body: BytesBody([]))))
        let result = await source(route(receiver)).ask(question(.init(url: "https://hooks.example.org/")))
        #expect(reason(result) == expected)
        guard case .failure(let failure) = result else { return }
        #expect(failure.retryAfter == .seconds(77))
        #expect(failure.message == "hooks.example.org answered with status \(status)")
        // Only what will never be taken is not tried again soon.
        #expect(failure.isFinal == (expected == "Refused"))
    }

    @Test(
        arguments: [
            ("https://hooks.example.org/", nil), ("http://hooks.example.org/", "AddressForbidden"),
            ("https://nowhere.example/", "ReceiverUnreachable"), ("https://metadata.example/", "AddressForbidden"),
            ("https://mixed.example/", "AddressForbidden"), ("https://169.254.169.254/latest", "AddressForbidden"),
            ("https://[::ffff:10.0.0.1]/", "AddressForbidden"), ("https://10.9.8.7/", "AddressForbidden"),
            ("https://sink.monitoring.svc/", nil), ("http://sink.monitoring.svc:8080/", nil), ("http://10.1.2.3/", nil),
            ("http://2130706433/", "SecretInvalid"), ("https://2130706433/", "SecretInvalid"),
            ("https://user@hooks.example.org/", "SecretInvalid"),
        ] as [(String, String?)])
    func `where messages may go`(url: String, expected: String?) async {
        let names = [
            "hooks.example.org": ["93.184.216.34"], "metadata.example": ["169.254.169.254"],
            "mixed.example": ["93.184.216.34", "127.0.0.1"], "sink.monitoring.svc": ["10.96.0.7"],
            "2130706433": ["127.0.0.1"],
        ]
        let receiver = Receiver()
        let result = await source(route(receiver, allow: [".monitoring.svc", "10.1.0.0/16"], names: names)).ask(
            question(.init(url: url)))
        #expect(reason(result) == expected)
        #expect(receiver.requests.count == (expected == nil ? 1 : 0))
    }

    @Test func `the address that was judged is the one that is connected to`() async {
        let seen = Mutex<[IPAddress]>([])
        let connected: @Sendable (IPAddress) -> Void = { address in seen.withLock { $0.append(address) } }
        _ = await source(route(Receiver(), connected: connected)).ask(
            question(.init(url: "https://hooks.example.org/")))
        #expect(seen.withLock { $0.map(\.description) } == ["93.184.216.34"])
    }

    @Test func `by way of a proxy names are the proxy's, addresses are judged all the same`() async {
        let proxy = Receiver()
        let direct = Receiver()
        let source = source(route(direct, proxy: proxy))
        #expect(reason(await source.ask(question(.init(url: "https://any.example/")))) == nil)
        #expect(reason(await source.ask(question(.init(url: "https://10.0.0.1/")))) == "AddressForbidden")
        #expect(proxy.requests.count == 1 && direct.requests.isEmpty && proxy.closed == 0)
    }

    @Test func `Secrets that are missing, forbidden or wrong are told by name, never by content`() async throws {
        try await secret("short", ["key": "canary", "url": "canary"])
        let url = "https://hooks.example.org/"
        func ask(_ webhook: ChannelSpec.Webhook, in namespace: String = "default") async -> FactFailure? {
            var question = question(webhook)
            question.channel = ObjectKey(namespace: namespace, name: "hooks")
            guard case .failure(let failure) = await source(route(Receiver())).ask(question) else { return nil }
            #expect(!failure.message.contains("canary"))
            return failure
        }
        func signed(_ name: String, _ key: String) -> ChannelSpec.Webhook {
            .init(url: url, signing: .init(secretRef: .init(name: name, key: key)))
        }
        #expect(await ask(signed("none", "key"))?.reason == "SecretNotFound")
        #expect(await ask(signed("short", "none"))?.reason == "SecretNotFound")
        #expect(await ask(signed("short", "key"))?.reason == "SecretInvalid")
        #expect(await ask(.init(urlSecretRef: .init(name: "short", key: "url")))?.reason == "SecretInvalid")
        #expect(await ask(signed("short", "key"), in: "kube-system")?.reason == "SecretAccessNotGranted")
    }

    @Test func `a receiver that is not there is not there for all messages of the channel`() async {
        let receiver = Receiver(.failure(.notConnected(reason: "connection refused")))
        let result = await source(route(receiver)).ask(question(.init(url: "https://hooks.example.org/s3cret")))
        guard case .failure(let failure) = result else {
            Issue.record("it was delivered")
            return
        }
        #expect(failure.reason == "ReceiverUnreachable" && failure.isShared && !failure.isFinal)
        #expect(!failure.message.contains("s3cret"))
    }
}
