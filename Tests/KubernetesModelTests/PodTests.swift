// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Testing

@Suite struct PodTests {
    private func pod(_ text: String) throws(JSONError) -> Pod {
        var scanner = JSONScanner(Array(text.utf8))
        return try Pod(from: &scanner)
    }

    @Test func `joins specs and statuses of all three kinds of containers by name`() throws {
        let pod = try pod(
            #"""
            {"metadata":{"name":"web","namespace":"shop","uid":"u1","labels":{"app":"web"},"managedFields":[{"manager":"x"}],
             "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1","uid":"r1","controller":true}]},
             "spec":{"nodeName":"n1","imagePullSecrets":[{"name":"pull"}],"initContainers":[{"name":"i","image":"a:1"}],
              "containers":[{"name":"m","image":"b:1","env":[{"name":"P","value":"secret"}]}],
              "ephemeralContainers":[{"name":"e","image":"c:1"}]},
             "status":{"phase":"Running",
              "initContainerStatuses":[{"name":"i","imageID":"a@sha256:1","state":{"terminated":{"exitCode":3,"reason":"Error"}}}],
              "containerStatuses":[{"name":"m","imageID":"b@sha256:2","state":{"waiting":{"reason":"ImagePullBackOff"}}}],
              "ephemeralContainerStatuses":[{"name":"e","imageID":"c@sha256:3","state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}}
            """#)
        #expect(pod.key == ObjectKey(namespace: "shop", name: "web"))
        #expect(pod.metadata.controller?.name == "web-1")
        #expect(pod.phase == .running && pod.nodeName == "n1" && pod.imagePullSecrets == ["pull"])
        #expect(pod.containers.map(\.image) == ["a:1", "b:1", "c:1"])
        #expect(pod.containers.map(\.status.imageID) == ["a@sha256:1", "b@sha256:2", "c@sha256:3"])
        #expect(
            pod.containers.map(\.status.state) == [
                .terminated(exitCode: 3, reason: "Error"), .waiting(reason: "ImagePullBackOff", message: ""), .running,
            ])
    }

    @Test func `absent and null members are empty, not errors`() throws {
        let pod = try pod(
            #"{"metadata":{"name":"x","labels":null,"creationTimestamp":null},"spec":{"containers":null},"status":{}}"#)
        #expect(pod.containers.isEmpty && pod.phase == .unknown && pod.metadata.labels.isEmpty)
    }

    @Test func `a wrong type is an error that names the place`() {
        let error = #expect(throws: JSONError.self) { _ = try pod(#"{"spec":{"containers":[{"name":7}]}}"#) }
        #expect(error?.path == "spec.containers[0].name")
    }

    @Test func `what is kept of a Pod is what is read of it`() throws {
        var pod = try pod(
            #"""
            {"metadata":{"name":"web","namespace":"shop","uid":"u1","resourceVersion":"7","generation":3,
              "creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"web"},"finalizers":["x/y"],
              "annotations":{"watchbill.dev/scan":"false","example.com/checksum":"1"}},
             "spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}]},
             "status":{"phase":"Failed","reason":"Evicted","message":"long","containerStatuses":[
              {"name":"a","imageID":"a@sha256:1","state":{"terminated":{"exitCode":3,"reason":"Error"}}},
              {"name":"b","imageID":"","state":{"waiting":{"reason":"ErrImagePull","message":"long"}}}]}}
            """#)
        pod.trim()
        #expect(pod.metadata.uid == "u1" && pod.metadata.labels == ["app": "web"] && pod.phase == .failed)
        #expect(pod.metadata.annotations == ["watchbill.dev/scan": "false"])
        #expect(pod.metadata.resourceVersion.isEmpty && pod.metadata.creationTime == nil)
        #expect(pod.metadata.finalizers.isEmpty && pod.reason.isEmpty && pod.message.isEmpty)
        #expect(pod.containers.map(\.status.imageID) == ["a@sha256:1", ""])
        #expect(pod.containers.map(\.status.state) == [.unknown, .waiting(reason: "ErrImagePull", message: "")])
    }

    @Test func `sharing with another Pod changes nothing`() throws {
        let other = try pod(
            #"{"metadata":{"name":"a","labels":{"app":"web"}},"spec":{"nodeName":"n","containers":[{"name":"m","image":"b:1"}]}}"#
        )
        for text in [
            #"{"metadata":{"name":"b","labels":{"app":"web"}},"spec":{"nodeName":"n","containers":[{"name":"m","image":"b:1"}]}}"#,
            #"{"metadata":{"name":"c","labels":{"app":"x"}},"spec":{"containers":[{"name":"m","image":"b:2"}]}}"#,
        ] {
            let before = try pod(text)
            var after = before
            after.share(with: other)
            #expect(after == before)
        }
    }
}
