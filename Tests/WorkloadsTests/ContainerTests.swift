// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Testing

@testable import Workloads

@Suite struct ContainerEnvironmentTests {
    private func pod(_ more: String = "") throws -> WholePod {
        try Building.object(
            WholePod.self,
            #"{"metadata": {"name": "p", "namespace": "n", "uid": "u", "labels": {"app": "web"}}, "spec": {"nodeName": "local"\#(more)}}"#
        )
    }

    private func environment(
        _ container: String, image: [String] = [], sources: ContainerEnvironment.Sources = .init()
    ) throws -> ContainerEnvironment {
        let container = try JSONValue(parsing: Array(container.utf8))
        return try ContainerEnvironment(of: container, in: pod(), image: image, sources: sources, podIP: "10.0.0.1")
    }

    @Test func `variables come from the image, then from the Pod, and may name those before them`() throws {
        let text =
            #"{"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)-$(C)-$$(A)"}, {"name": "PATH", "value": "/x"}]}"#
        let variables = try environment(text, image: ["PATH=/bin", "HOME=/root"]).variables
        #expect(variables["B"] == "1-$(C)-$(A)")
        #expect(variables["PATH"] == "/x")
        #expect(variables["HOME"] == "/root")
    }

    @Test(arguments: [
        ("metadata.name", "p"), ("metadata.namespace", "n"), ("metadata.uid", "u"), ("spec.nodeName", "local"),
        ("status.podIP", "10.0.0.1"), ("metadata.labels['app']", "web"), ("metadata.labels['none']", ""),
    ])
    func `a field of the Pod`(path: String, value: String) throws {
        let text = #"{"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "\#(path)"}}}]}"#
        #expect(try environment(text).variables["A"] == value)
    }

    @Test func `keys of ConfigMaps and Secrets, and limits`() throws {
        var sources = ContainerEnvironment.Sources()
        sources.configMaps["c"] = ["k": "v"]
        sources.secrets["s"] = ["k": "w"]
        let text = #"""
            {"resources": {"limits": {"memory": "1Mi", "cpu": "1500m"}}, "envFrom": [{"prefix": "P_", "configMapRef": {"name": "c"}}],
             "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}},
                     {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                     {"name": "C", "valueFrom": {"secretKeyRef": {"name": "none", "key": "k", "optional": true}}},
                     {"name": "M", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}},
                     {"name": "U", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}]}
            """#
        let variables = try environment(text, sources: sources).variables
        #expect(variables["A"] == "v" && variables["B"] == "w" && variables["C"] == nil && variables["P_k"] == "v")
        #expect(variables["M"] == "1048576" && variables["U"] == "2")
    }

    @Test func `a Secret that is missing is named`() throws {
        let text = #"{"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "gone", "key": "k"}}}]}"#
        #expect(throws: ContainerEnvironment.Problem(message: "secret \"gone\" not found")) { try environment(text) }
    }

    @Test func `command and arguments replace those of the image as the kubelet has it`() throws {
        let image = (entrypoint: ["/e"], arguments: ["x"])
        func command(_ text: String) throws -> [String] {
            try environment(text).command(entrypoint: image.entrypoint, arguments: image.arguments)
        }
        #expect(try command("{}") == ["/e", "x"])
        #expect(try command(#"{"args": ["y"]}"#) == ["/e", "y"])
        #expect(try command(#"{"command": ["/c"]}"#) == ["/c"])
        #expect(try command(#"{"command": ["/c"], "args": ["$(HOSTNAME)"]}"#) == ["/c", "p"])
    }
}

@Suite struct ContainerAccountTests {
    private func account(
        _ container: String, pod: String = "{}", image: (Int64, Int64)? = nil
    ) throws -> ContainerAccount {
        let whole = try Building.object(
            WholePod.self, #"{"metadata": {"name": "p"}, "spec": {"securityContext": \#(pod)}}"#)
        let value = try JSONValue(parsing: Array(#"{"securityContext": \#(container)}"#.utf8))
        return try ContainerAccount(of: value, pod: whole, imageUser: image.map { (user: $0.0, group: $0.1) })
    }

    @Test func `the container's user stands above the Pod's, and that above the image's`() throws {
        #expect(try account("{}", image: (5, 6)).user == 5)
        #expect(try account("{}", pod: #"{"runAsUser": 7}"#, image: (5, 6)).user == 7)
        #expect(try account(#"{"runAsUser": 8}"#, pod: #"{"runAsUser": 7}"#).user == 8)
        #expect(try account("{}", image: (5, 6)).group == 6)
        #expect(try account("{}").user == 0)
    }

    @Test func `root is refused where none may be root, and privilege everywhere`() {
        #expect(throws: ContainerEnvironment.Problem.self) { try account(#"{"runAsNonRoot": true}"#) }
        #expect(throws: ContainerEnvironment.Problem.self) { try account(#"{"privileged": true, "runAsUser": 1}"#) }
        #expect(throws: Never.self) { try account(#"{"runAsNonRoot": true}"#, image: (5, 5)) }
    }
}

@Suite struct BubblewrapArgumentsTests {
    private func arguments(readOnly: Bool) throws -> BubblewrapArguments {
        let pod = try Building.object(WholePod.self, #"{"metadata": {"name": "p"}, "spec": {}}"#)
        let container: JSONValue = ["securityContext": ["readOnlyRootFilesystem": .bool(readOnly), "runAsUser": 9]]
        return BubblewrapArguments(
            root: "/r", account: try ContainerAccount(of: container, pod: pod, imageUser: nil), hostName: "p",
            folder: "/w",
            mounts: [
                .init(source: "/v/b", target: "/a/b", isReadOnly: true),
                .init(source: "/v/a", target: "/a", isReadOnly: false),
            ], environment: ["SECRET": "s\u{0}--bind"], command: ["--dangerous"])
    }

    @Test func `a mount below another comes after it, and the root is closed at last`() throws {
        let options = try arguments(readOnly: true).options
        let outer = try #require(options.firstIndex(of: "/v/a"))
        let inner = try #require(options.firstIndex(of: "/v/b"))
        let closed = try #require(options.firstIndex(of: "--remount-ro"))
        #expect(outer < inner && inner < closed)
        #expect(options[inner - 1] == "--ro-bind" && options[outer - 1] == "--bind")
        #expect(try !arguments(readOnly: false).options.contains("--remount-ro"))
    }

    @Test func `no namespace is shared but the network, no right is kept, and it ends with its parent`() throws {
        let options = try arguments(readOnly: true).options
        for option in ["--unshare-user", "--disable-userns", "--unshare-pid", "--unshare-ipc", "--die-with-parent"] {
            #expect(options.contains(option))
        }
        #expect(!options.contains("--unshare-net"))
        #expect(!options.contains("--dangerous"))
    }

    @Test func `a zero in a value cannot begin another option`() throws {
        let words = try arguments(readOnly: false).bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        #expect(words.suffix(3) == ["--setenv", "SECRET", "s"])
    }
}
