// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import Testing

@testable import ImageWatchController

@Suite struct CredentialTests {
    private let app = "r.io/app:1.0.0"

    private func wanted(_ spec: JSONValue, in namespace: String = "shop") throws -> [[ObjectKey]] {
        var world = try WatchWorld(spec, in: namespace)
        world.run(app, "a") { $0.imagePullSecrets = ["pull", "other"] }
        world.run(app, "a", in: "other") { $0.imagePullSecrets = ["theirs"] }
        return try world.plan().wants.compactMap { ($0.question as? RepositoryTags)?.secrets }
    }

    private func key(_ name: String, in namespace: String = "shop") -> ObjectKey {
        ObjectKey(namespace: namespace, name: name)
    }

    @Test func `registries are asked as nobody unless the spec says otherwise`() throws {
        #expect(try wanted(["workloads": [:]]) == [[]])
        #expect(try wanted(["workloads": [:], "credentials": ["pullSecrets": "Never"]]) == [[]])
    }

    @Test func `a Secret that the spec names goes first, then those of the Pods`() throws {
        #expect(
            try wanted(["workloads": [:], "credentials": ["secretRef": ["name": "registry"]]]) == [[key("registry")]])
        #expect(
            try wanted([
                "workloads": [:], "credentials": ["secretRef": ["name": "registry"], "pullSecrets": "Auto"],
            ]) == [[key("registry"), key("other"), key("pull")]])
    }

    @Test func `only Pods of its own namespace lend a watch their pull secrets`() throws {
        #expect(
            try wanted(["images": [["image": "r.io/app:1.0.0"]], "credentials": ["pullSecrets": "Auto"]]) == [
                [key("other"), key("pull")]
            ])
        #expect(
            try wanted(
                ["workloads": ["namespaceSelector": [:]], "credentials": ["pullSecrets": "Auto"]],
                in: "watchbill-system")
                == [[key("theirs", in: "other"), key("other"), key("pull")]])
    }

    @Test func `who asks as somebody else does not get the answer, and is not in its way`() throws {
        let reference = try WatchWorld.reference(app)
        let one = RepositoryTags(reference, secrets: [key("pull")])
        let two = RepositoryTags(reference, secrets: [key("other")])
        #expect(one != two && one != RepositoryTags(reference))
        #expect(one.bucket != two.bucket)
        #expect(TagDigest(reference, secrets: [key("pull")]) != TagDigest(reference))
        let digest = WatchWorld.digest("a")
        #expect(ImageContent(reference, digest, secrets: [key("pull")]) != ImageContent(reference, digest))
    }
}
