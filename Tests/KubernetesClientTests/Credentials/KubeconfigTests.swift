// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import KubernetesClient

@Suite struct KubeconfigTests {
    private static func config(cluster: String = "", user: String = "token: t0k3n", more: String = "") -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: main
        clusters: [{name: c, cluster: {server: "https://h:6443", \(cluster)}}]
        users: [{name: u, user: {\(user)}}]
        contexts: [{name: main, context: {cluster: c, user: u, namespace: web}}, {name: other, context: {cluster: c}}]
        \(more)
        """
    }

    private func credentials(
        _ text: String, context: String? = nil, path: String = "/home/me/.kube/config"
    ) throws(CredentialsError) -> ClusterCredentials {
        try Kubeconfig(paths: [path], read: FakeFiles([path: text]).read).credentials(context: context)
    }

    @Test func `the current context gives server, namespace and token`() throws {
        let credentials = try credentials(Self.config(cluster: "tls-server-name: kubernetes"))
        #expect(credentials.server == "https://h:6443")
        #expect(credentials.serverName == "kubernetes")
        #expect(credentials.namespace == "web")
        #expect(credentials.token == .fixed(Redacted("t0k3n")))
        #expect(credentials.authorities == nil)
        #expect(credentials.source == "the context `main` of /home/me/.kube/config")
    }

    @Test func `another context is named`() throws {
        let credentials = try credentials(Self.config(), context: "other")
        #expect(credentials.namespace == "default")
        #expect(credentials.token == nil)
    }

    @Test func `data wins over files, files are relative to their kubeconfig`() throws {
        let data = "certificate-authority-data: aGk=, certificate-authority: ca.crt"
        let user = "client-certificate: ../pki/me.crt, client-key: /abs/me.key, tokenFile: tok"
        let credentials = try credentials(Self.config(cluster: data, user: user))
        #expect(credentials.authorities == .bytes(Redacted(Array("hi".utf8))))
        #expect(credentials.identity?.certificate == .file("/home/me/.kube/../pki/me.crt"))
        #expect(credentials.identity?.key == .file("/abs/me.key"))
        #expect(credentials.token == .file("/home/me/.kube/tok", fallback: nil))
    }

    @Test func `a path in a file without a folder is relative to the working directory`() throws {
        let credentials = try credentials(Self.config(cluster: "certificate-authority: ca.crt"), path: "config")
        #expect(credentials.authorities == .file("ca.crt"))
    }

    @Test func `of several files the first that has a name wins, and a missing one is left out`() throws {
        let first = "current-context: b\nusers: [{name: u, user: {tokenFile: first}}]"
        let second = """
            current-context: a
            users: [{name: u, user: {tokenFile: second}}]
            clusters: [{name: c, cluster: {server: "https://two", certificate-authority: ca}}]
            contexts: [{name: b, context: {cluster: c, user: u}}]
            """
        let files = FakeFiles(["/1/config": first, "/2/config": second])
        let credentials = try Kubeconfig(paths: ["", "/0/missing", "/1/config", "/2/config"], read: files.read)
            .credentials()
        #expect(credentials.server == "https://two")
        #expect(credentials.token == .file("/1/first", fallback: nil))
        #expect(credentials.authorities == .file("/2/ca"))
        #expect(throws: CredentialsError.self) { try Kubeconfig(paths: ["/0/missing"], read: files.read) }
    }

    @Test(arguments: [
        (config(cluster: "insecure-skip-tls-verify: true"), "clusters[c].cluster.insecure-skip-tls-verify"),
        (config(cluster: "proxy-url: http://p"), "clusters[c].cluster.proxy-url"),
        (config(cluster: "certificate-authority-data: '%'"), "clusters[c].cluster.certificate-authority-data"),
        (config(user: "exec: {command: aws}"), "users[u].user.exec"),
        (config(user: "auth-provider: {name: gcp}"), "users[u].user.auth-provider"),
        (config(user: "username: a, password: b"), "users[u].user.username"),
        (config(user: "as: root"), "users[u].user.as"),
        (config(user: "client-key-data: aGk="), "users[u].user.client-certificate"),
        (config(user: "client-certificate-data: aGk="), "users[u].user.client-key"),
        (config(user: "token: 123"), "users[u].user.token"),
        (config().replacing("cluster: c, user: u", with: "user: u"), "contexts[main].context.cluster"),
        (config().replacing("user: u,", with: "user: nobody,"), "users[nobody]"),
        (config().replacing("current-context: main", with: "current-context: gone"), "contexts[gone]"),
        (config().replacing("current-context: main", with: ""), "current-context"),
        (config().replacing("https://h:6443", with: "http://h:6443"), "clusters[c].cluster.server"),
        (config().replacing("kind: Config", with: "kind: Pod"), "kind"), ("clusters: 7", "clusters"),
        ("clusters: [{}]", "clusters[0].name"),
        ("[]", ""), ("a: [", ""),
    ])
    func `what cannot be used is refused with file and path`(text: String, path: String) {
        let error = #expect(throws: CredentialsError.self) { try credentials(text) }
        #expect(error?.path == path)
        #expect(error?.file == "/home/me/.kube/config")
    }

    @Test func `verification that is not skipped and empty settings are fine`() throws {
        let cluster = #"insecure-skip-tls-verify: false, proxy-url: "", certificate-authority: """#
        #expect(try credentials(Self.config(cluster: cluster, user: "token: t, exec: null")).server == "https://h:6443")
    }

    @Test(arguments: ["http://127.0.0.1:8001", "http://localhost:8001", "http://[::1]:8001"])
    func `a token may go to this machine without TLS`(server: String) throws {
        let text = Self.config().replacing("https://h:6443", with: server)
        #expect(try credentials(text).server == server)
    }

    @Test func `no secret is in a description`() throws {
        let credentials = try credentials(
            Self.config(user: "token: s3cret, client-key-data: czNjcmV0, client-certificate-data: czNjcmV0"))
        var dumped = "\(credentials) \(String(reflecting: credentials))"
        dump(credentials, to: &dumped)
        #expect(!dumped.contains("s3cret"))
        #expect(!dumped.contains("115, 51"))
    }

    @Test(arguments: [
        ("", [UInt8]()), ("aA==", [0x68]), ("aGk=", [0x68, 0x69]), ("aGkh", [0x68, 0x69, 0x21]),
        ("/+8=\n", [0xFF, 0xEF]), ("a Gk\n=", [0x68, 0x69]),
    ])
    func `base64 is read`(text: String, bytes: [UInt8]) { #expect(Base64.decode(ignoringSpaceIn: text) == bytes) }

    @Test(arguments: ["a", "aGk", "aGk==", "=", "aG=k", "a-_=", "aGkh=", "é"])
    func `what is no base64 is refused`(text: String) { #expect(Base64.decode(ignoringSpaceIn: text) == nil) }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        var result = self
        while let range = result.firstRange(of: text) {
            result.replaceSubrange(range, with: other)
            if other.contains(text) { break }
        }
        return result
    }
}
