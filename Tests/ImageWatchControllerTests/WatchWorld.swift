// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import JSONScan
import KubernetesModel
import OCIModel
import Planning
import Schema
import Testing

@testable import ImageWatchController

/// A namespace with Pods, a watch over them, and a registry that answers what a test says it does.
struct WatchWorld {
    var world: World
    var now = Timestamp(secondsSinceEpoch: 1_700_000_000)
    var watch: ImageWatch
    private var pods = 0

    init(_ spec: JSONValue = ["workloads": [:]], in namespace: String = "shop") throws {
        var configuration = OperatorConfiguration()
        configuration.operatorNamespace = "watchbill-system"
        world = World(configuration: configuration)
        let object: JSONValue = [
            "metadata": ["name": "watch", "namespace": .string(namespace), "uid": "w", "generation": 1], "spec": spec,
        ]
        var scanner = JSONScanner(object.canonicalBytes)
        watch = try ImageWatch(from: &scanner)
        for name in ["shop", "other", "watchbill-system"] { add(namespace: name) }
        add(node: "node-1", "amd64")
    }

    mutating func add(namespace name: String, labels: [String: String] = [:]) {
        var metadata = ObjectMetadata(name: name)
        metadata.labels = labels
        world[Namespace.self][ObjectKey(name: name)] = .object(Namespace(metadata: metadata))
    }

    mutating func add(node name: String, _ architecture: String) {
        world[Node.self][ObjectKey(name: name)] = .object(
            Node(metadata: ObjectMetadata(name: name), architecture: architecture))
    }

    static func digest(_ character: Character) -> Digest {
        Digest(.sha256, hex: String(repeating: character, count: 64)) ?? { preconditionFailure("no digit") }()
    }

    /// A running Pod of a Deployment of that name, unless `change` says otherwise.
    mutating func run(
        _ image: String, _ digest: Character?, name: String = "web", in namespace: String = "shop",
        _ change: (inout Pod) -> Void = { _ in }
    ) {
        pods += 1
        var metadata = ObjectMetadata(name: "\(name)-\(pods)", namespace: namespace, uid: "p\(pods)")
        metadata.labels = ["app": name]
        metadata.ownerReferences = [OwnerReference(apiVersion: "apps/v1", kind: "StatefulSet", name: name, uid: "s")]
        var pod = Pod(metadata: metadata)
        pod.nodeName = "node-1"
        pod.phase = .running
        let repository = image.split(separator: ":").first.map(String.init) ?? image
        pod.containers = [
            Container(
                name: "main", image: image,
                status: ContainerStatus(
                    imageID: digest.map { "\(repository)@\(Self.digest($0))" } ?? "", state: .running))
        ]
        change(&pod)
        world[Pod.self][pod.key] = .object(pod)
    }

    mutating func stopAll() { world[Pod.self] = Snapshot() }

    // MARK: The registry

    static func reference(_ text: String) throws -> ImageReference { try ImageReference(parsing: text) }

    mutating func tags(_ repository: String, _ tags: String..., cut: TagListing.Cut? = nil) throws {
        world.set(
            .known(.init(tags: tags, cut: cut), askedAt: now), for: RepositoryTags(try Self.reference(repository)))
    }

    mutating func tag(_ image: String, _ digest: Character) throws {
        world.set(.known(Self.digest(digest), askedAt: now), for: TagDigest(try Self.reference(image)))
    }

    mutating func content(_ repository: String, _ digest: Character, _ content: ImageContent.Answer) throws {
        world.set(.known(content, askedAt: now), for: ImageContent(try Self.reference(repository), Self.digest(digest)))
    }

    mutating func fails(_ question: some FactQuestion, _ reason: String) {
        world.set(.failed(FactFailure(reason: reason, message: "because")), for: question)
    }

    static func index(_ children: (Character, String)...) -> ImageContent.Answer {
        .index(children.map { .init(digest: digest($0.0), platform: Platform($0.1)) })
    }

    // MARK: Plans

    /// Plans, checks the status against its schema, and writes it back.
    @discardableResult
    mutating func plan() throws -> Plan {
        let plan = ImageWatchController.plan(watch, in: world, at: now)
        #expect(plan == ImageWatchController.plan(watch, in: world, at: now))
        #expect(plan == ImageWatchController.plan(watch, in: world.afresh, at: now))
        try checkCapture(plan)
        let status = try #require(plan.status)
        #expect(ImageWatch.statusSchema.validate(status, path: "status") == [])
        #expect(ImageWatch.statusSchema.pruned(status) == status)
        watch.observedStatus = status
        return plan
    }

    /// What is captured, written down and read again, gives the same plan.
    private func checkCapture(_ plan: Plan) throws {
        // What no API server would have let in is read by none.
        let object = watch.captured
        guard ImageWatch.specSchema.validate(object["spec"] ?? [:], path: "spec").isEmpty else { return }
        let capture = try #require(Capture<ImageWatchController>(watch, in: world, at: now))
        do throws(CaptureError) {
            let again = try Capture<ImageWatchController>(json: capture.json)
            #expect(again.plan == plan)
            #expect(again.json == capture.json)
        } catch {
            Issue.record("the capture cannot be read: \(error.reason)")
        }
    }

    var images: [ImageWatchStatus.Image] { watch.observedImages }

    func image(_ text: String) throws -> ImageWatchStatus.Image {
        try #require(images.first { $0.image == text }, "\(images.map(\.image))")
    }
}

extension Plan {
    func says(_ type: String) -> String? { assessments.first { $0.type == type }?.reason }
    func wants(_ question: some FactQuestion) -> Bool { wants.contains(AnyQuestion(question)) }
}
