// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import KubernetesClient

@Suite struct InClusterConfigTests {
    private let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
    private var files: FakeFiles { FakeFiles(["\(folder)/token": "abc\n", "\(folder)/namespace": "watchbill\n"]) }

    @Test(arguments: [
        ("10.0.0.1", "https://10.0.0.1:443"), ("fd00::1", "https://[fd00::1]:443"),
        ("[fd00::1]", "https://[fd00::1]:443"),
        ("kubernetes.default", "https://kubernetes.default:443"),
    ])
    func `address, namespace, token and CA of the Pod`(host: String, server: String) throws {
        let environment = ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"]
        let credentials = try ClusterCredentials.discover(environment: environment, read: files.read)
        #expect(credentials.server == server)
        #expect(credentials.namespace == "watchbill")
        #expect(credentials.token == .file("\(folder)/token", fallback: nil))
        #expect(credentials.authorities == .file("\(folder)/ca.crt"))
    }

    @Test func `a Pod without its token says so at start`() {
        let environment = ["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"]
        let error = #expect(throws: CredentialsError.self) {
            try InClusterConfig.credentials(
                environment: environment, read: FakeFiles(["\(folder)/namespace": "a"]).read)
        }
        #expect(error?.file == "\(folder)/token")
    }

    @Test func `outside of a Pod the error says what to do`() {
        let error = #expect(throws: CredentialsError.self) {
            try InClusterConfig.credentials(environment: [:], read: files.read)
        }
        #expect(error?.description.contains("KUBECONFIG") == true)
    }

    @Test func `a named kubeconfig comes first, then KUBECONFIG, then the Pod, then the home directory`() throws {
        func config(_ server: String) -> String {
            """
            current-context: x
            clusters: [{name: c, cluster: {server: "https://\(server)"}}]
            contexts: [{name: x, context: {cluster: c}}]
            """
        }
        let files = files
        for name in ["flag", "list", "home"] { files[name == "home" ? "/me/.kube/config" : "/\(name)"] = config(name) }
        let pod = ["KUBERNETES_SERVICE_HOST": "pod", "KUBERNETES_SERVICE_PORT": "1"]
        var environment = ["HOME": "/me", "KUBECONFIG": "/gone:/list"].merging(pod) { $1 }
        func server(_ flag: String?, context: String? = nil) throws -> String {
            try ClusterCredentials.discover(
                kubeconfig: flag, context: context, environment: environment, read: files.read
            ).server
        }
        #expect(try server("/flag") == "https://flag")
        #expect(try server(nil) == "https://list")
        environment["KUBECONFIG"] = nil
        #expect(try server(nil) == "https://pod:1")
        #expect(try server(nil, context: "x") == "https://home")
        environment["KUBERNETES_SERVICE_HOST"] = nil
        #expect(try server(nil) == "https://home")
    }
}
