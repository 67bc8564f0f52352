// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import JSONScan
import KubernetesModel
import Planning
import Schema
import Testing

@testable import ChannelController

/// Channels and policies with something to tell; plans are carried out on the world as the runtime would.
private struct Harbour {
    var world: World
    var now = Timestamp(secondsSinceEpoch: 1_800_000_000)
    private(set) var events: [PlannedEvent] = []
    private(set) var wakeUps: [Timestamp] = []
    private var version = 0

    init() {
        var configuration = OperatorConfiguration()
        configuration.operatorNamespace = "root"
        configuration.clusterName = "rig"
        world = World(configuration: configuration)
    }

    mutating func add(
        channel name: String, in namespace: String = "shop", change: (inout ChannelSpec) -> Void = { _ in }
    ) {
        var spec = ChannelSpec()
        spec.webhook = .init(url: "https://hooks.example.org/x")
        change(&spec)
        let key = ObjectKey(namespace: namespace, name: name)
        let status = world[Channel.self].object(key)?.observedStatus
        world[Channel.self][key] = .object(
            Channel(metadata: metadata(key), spec: spec, observedStatus: status))
    }

    private mutating func metadata(_ key: ObjectKey) -> ObjectMetadata {
        version += 1
        return ObjectMetadata(
            name: key.name, namespace: key.namespace, uid: "uid-\(key.namespace)-\(key.name)",
            resourceVersion: "\(version)")
    }

    /// A policy that has these to tell, once for each number, a second apart.
    mutating func tell(
        _ numbers: Range<Int>, by policy: String = "nightly", in namespace: String = "shop",
        to channels: [String] = ["hooks"]
    ) {
        let key = ObjectKey(namespace: namespace, name: policy)
        var outbox = world[ScanPolicy.self].object(key)?.observedOutbox ?? Outbox()
        for number in numbers {
            outbox.add(
                "NewCritical", count: number + 1, subjects: ["CVE-\(number)"], to: channels, about: "uid \(key)",
                at: now + .seconds(number))
        }
        set(outbox, key)
    }

    private mutating func set(_ outbox: Outbox, _ key: ObjectKey) {
        let status: JSONValue = .compact(["outbox": outbox.json])
        world[ScanPolicy.self][key] = .object(
            ScanPolicy(metadata: metadata(key), spec: ScanPolicySpec(), observedStatus: status))
    }

    /// Takes out what the channel says is over, as the policy does.
    mutating func clear(_ policy: String = "nightly", in namespace: String = "shop", by channel: String = "hooks") {
        let key = ObjectKey(namespace: namespace, name: policy)
        let settled = Set(
            (world[Channel.self].object(ObjectKey(namespace: namespace, name: channel))?.settled ?? []).map(\.id))
        var outbox = world[ScanPolicy.self].object(key)?.observedOutbox ?? Outbox()
        outbox.remove { settled.contains($0.id) }
        set(outbox, key)
    }

    /// Plans a channel and writes its status; what it wants to have sent.
    @discardableResult
    mutating func pass(_ name: String = "hooks", in namespace: String = "shop") throws -> [Delivery] {
        let key = ObjectKey(namespace: namespace, name: name)
        var channel = try #require(world[Channel.self].object(key))
        let plan = ChannelController.plan(channel, in: world, at: now)
        #expect(plan == ChannelController.plan(channel, in: world, at: now))
        #expect(plan == ChannelController.plan(channel, in: world.afresh, at: now))
        let capture = try #require(Capture<ChannelController>(channel, in: world, at: now))
        let again = try Capture<ChannelController>(json: capture.json)
        #expect(again.plan.json == plan.json)
        #expect(again.json == capture.json)
        var status = try #require(plan.status)
        let conditions = StatusSummary.conditions(
            for: try #require(plan.outcome), assessments: plan.assessments, previous: channel.conditions,
            generation: 1, at: now)
        status["conditions"] = .array(conditions.map(\.json))
        let problems = Channel.definition.schema["status"]?.validate(status, path: "status", unknownFields: .refused)
        #expect(problems?.isEmpty == true)
        channel.observedStatus = status
        world[Channel.self][key] = .object(channel)
        events += plan.events
        if let wakeUp = plan.wakeUp { wakeUps.append(wakeUp) }
        return plan.wants.compactMap { $0.question as? Delivery }
    }

    mutating func answer(_ questions: [Delivery], _ failure: FactFailure? = nil) {
        for question in questions {
            world.set(failure.map { .failed($0) } ?? .known(.init(), askedAt: now), for: question)
        }
    }

    func status(_ name: String = "hooks", in namespace: String = "shop") -> JSONValue {
        world[Channel.self].object(ObjectKey(namespace: namespace, name: name))?.observedStatus ?? .null
    }

    func condition(_ type: String, _ name: String = "hooks", in namespace: String = "shop") -> String? {
        let channel = world[Channel.self].object(ObjectKey(namespace: namespace, name: name))
        return channel?.conditions.first { $0.type == type }.map { "\($0.status.rawValue) \($0.reason)" }
    }
}

@Suite struct ChannelPlanTests {
    private let failure = FactFailure(reason: "ReceiverFailed", message: "hooks.example.org answered with status 500")

    @Test func `a notice is sent, settled, taken out and forgotten`() throws {
        var harbour = Harbour()
        harbour.add(channel: "hooks")
        harbour.tell(0..<1)
        let sent = try harbour.pass()
        #expect(sent.count == 1)
        #expect(harbour.condition("DeliveriesHealthy") == "True Delivering")
        #expect(harbour.status()["pending"] == 1)
        harbour.answer(sent)
        // Still wanted: until the status is written, the answer must not be dropped.
        #expect(try harbour.pass() == sent)
        #expect(harbour.status()["settled"] == [["id": .string(sent[0].id), "outcome": "Delivered"]])
        #expect(harbour.status()["pending"] == 0)
        #expect(harbour.status()["lastDeliveryTime"]?.stringValue == harbour.now.rfc3339)
        #expect(try harbour.pass().isEmpty)
        harbour.clear()
        #expect(try harbour.pass().isEmpty)
        #expect(harbour.status()["settled"] == nil)
        #expect(harbour.condition("DeliveriesHealthy") == "True NothingToDeliver")
    }

    @Test func `a message says what happened where, in one form at every try`() throws {
        var harbour = Harbour()
        harbour.add(channel: "hooks")
        harbour.tell(2..<3)
        let first = try #require(try harbour.pass().first)
        harbour.answer([first], failure)
        harbour.now = harbour.now + .seconds(60)
        #expect(try harbour.pass().first?.body == first.body)
        var scanner = JSONScanner(Array(first.body.utf8))
        let message = try scanner.readValue()
        #expect(message["type"] == "watchbill.scanpolicy.NewCritical")
        #expect(message.at("data", "cluster") == "rig")
        #expect(message.at("data", "id") == .string(first.id))
        #expect(message.at("data", "subjects") == ["CVE-2"])
        #expect(message.at("data", "text") == "shop/nightly: 3 new vulnerabilities: CVE-2 and 2 more")
    }

    @Test func `the oldest go first, a few at a time, and all of them arrive`() throws {
        var harbour = Harbour()
        harbour.add(channel: "hooks")
        harbour.tell(0..<15)
        var delivered: [String] = []
        for _ in 0..<30 {
            let wanted = try harbour.pass().filter { harbour.world.fact($0).answer == nil }
            #expect(wanted.count <= 4)
            harbour.answer(wanted)
            delivered += wanted.map(\.body)
            harbour.clear()
        }
        #expect(delivered.count == 15 && Set(delivered).count == 15)
        #expect(harbour.status()["pending"] == 0)
    }

    @Test
    func `a receiver that fails is told of, and tried until the deadline; then an Event tells what was not delivered`()
        throws
    {
        var harbour = Harbour()
        harbour.add(channel: "hooks") { $0.deadlineSeconds = 600 }
        harbour.tell(0..<1)
        harbour.answer(try harbour.pass(), failure)
        try harbour.pass()
        #expect(harbour.condition("DeliveriesHealthy") == "False DeliveriesFailing")
        #expect(harbour.status().at("lastError", "reason") == "ReceiverFailed")
        let deadline = harbour.now + .seconds(600)
        #expect(harbour.wakeUps.last == deadline)
        harbour.now = deadline
        #expect(try harbour.pass().isEmpty)
        #expect(harbour.status()["settled"]?.arrayValue?.first?["outcome"] == "Expired")
        #expect(harbour.events.map(\.reason) == ["NotificationExpired"])
        #expect(harbour.events.first?.message.contains("status 500") == true)
    }

    @Test func `what the receiver refuses is not sent again, and does not hold up the next`() throws {
        var harbour = Harbour()
        harbour.add(channel: "hooks")
        harbour.tell(0..<2)
        let sent = try harbour.pass()
        harbour.answer([sent[0]], FactFailure(reason: "Refused", message: "status 422", isFinal: true))
        harbour.answer([sent[1]])
        try harbour.pass()
        let outcomes = harbour.status()["settled"]?.arrayValue?.compactMap { $0["outcome"]?.stringValue }
        #expect(outcomes == ["Refused", "Delivered"])
        #expect(harbour.events.map(\.reason) == ["NotificationRefused"])
    }

    @Test func `what a receiver never takes holds up half of the places at most`() throws {
        var harbour = Harbour()
        harbour.add(channel: "hooks")
        harbour.tell(0..<8)
        for _ in 0..<4 {
            let sent = try harbour.pass()
            #expect(sent.count <= 4)
            harbour.answer(
                sent.filter {
                    $0.body.contains("CVE-0\"") || $0.body.contains("CVE-1\"") || $0.body.contains("CVE-2\"")
                }, failure)
            harbour.answer(sent.filter { sent in (3..<8).contains { sent.body.contains("CVE-\($0)\"") } })
            try harbour.pass()
            harbour.clear()
        }
        #expect(harbour.status()["pending"] == 3)
    }

    @Test func `what waited for longer than the deadline is tried before it is given up`() throws {
        var harbour = Harbour()
        harbour.add(channel: "hooks") { $0.suspend = true }
        harbour.tell(0..<2)
        try harbour.pass()
        harbour.now = harbour.now + .seconds(200_000)
        harbour.add(channel: "hooks")
        let sent = try harbour.pass()
        #expect(sent.count == 2 && harbour.events.isEmpty)
        harbour.answer([sent[0]])
        harbour.answer([sent[1]], failure)
        try harbour.pass()
        let outcomes = harbour.status()["settled"]?.arrayValue?.compactMap { $0["outcome"]?.stringValue }
        #expect(outcomes == ["Delivered", "Expired"])
    }

    @Test func `an error ends with the next success`() throws {
        var harbour = Harbour()
        harbour.add(channel: "hooks")
        harbour.tell(0..<1)
        let sent = try harbour.pass()
        harbour.answer(sent, failure)
        try harbour.pass()
        harbour.answer(sent)
        try harbour.pass()
        #expect(harbour.status()["lastError"] == nil)
        #expect(harbour.condition("DeliveriesHealthy") == "True NothingToDeliver")
    }

    @Test func `a suspended channel keeps what waits, and one that is wrong says what`() throws {
        var harbour = Harbour()
        harbour.add(channel: "hooks") { $0.suspend = true }
        harbour.tell(0..<1)
        #expect(try harbour.pass().isEmpty)
        #expect(harbour.condition("Ready") == "True Suspended")
        #expect(harbour.status()["pending"] == 1)
        harbour.add(channel: "hooks") { $0.offeredTo = ["bank"] }
        #expect(try harbour.pass().isEmpty)
        #expect(harbour.condition("Stalled") == "True RootOnlyField")
        for webhook in [
            nil, .init(), .init(url: "https://u@x"), .init(url: "https://x", urlSecretRef: .init(name: "a", key: "b")),
        ] as [ChannelSpec.Webhook?] {
            harbour.add(channel: "hooks") { $0.webhook = webhook }
            #expect(try harbour.pass().isEmpty)
            #expect(harbour.condition("Stalled") == "True InvalidURL")
        }
        harbour.add(channel: "hooks")
        #expect(try harbour.pass().count == 1)
        #expect(harbour.condition("Stalled") == nil)
    }

    @Test
    func `the operator's channel takes what the namespaces that it names have to tell, unless they have their own`()
        throws
    {
        var harbour = Harbour()
        harbour.add(channel: "hooks", in: "root") { $0.offeredTo = ["shop", "bank"] }
        harbour.add(channel: "hooks", in: "bank")
        harbour.tell(0..<1, in: "shop")
        harbour.tell(1..<2, in: "bank")
        harbour.tell(2..<3, in: "elsewhere")
        let sent = try harbour.pass(in: "root")
        #expect(sent.count == 1 && sent.first?.body.contains("CVE-0") == true)
        #expect(try harbour.pass(in: "bank").first?.body.contains("CVE-1") == true)
        harbour.add(channel: "hooks", in: "root") { $0.offeredTo = ["*"] }
        #expect(try harbour.pass(in: "root").count == 2)
        harbour.world[Channel.self][ObjectKey(namespace: "bank", name: "hooks")] = nil
        #expect(try harbour.pass(in: "root").count == 3)
    }
}
