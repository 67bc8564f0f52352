// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import HTTPClientTransport
import HTTPTransport
import JSONScan
import OCIModel
import OCIRegistry
import Testing

/// The registries of `e2e/lib/test_registries.py`, and their own records of who asked what.
private struct Registries {
    let facts: JSONValue

    static let current = Registries()

    init?() {
        guard let path = getenv("WATCHBILL_TEST_REGISTRIES"), let bytes = Self.bytes(String(cString: path)),
            let facts = try? JSONValue(parsing: bytes)
        else { return nil }
        self.facts = facts
    }

    subscript(name: String) -> String { facts[name]?.stringValue ?? "" }

    /// Lines of a registry's access log, or of the token server's.
    func log(_ name: String) -> [Substring] {
        String(decoding: Self.bytes("\(self["log"])/\(name)") ?? [], as: UTF8.self).split(separator: "\n")
    }

    static func bytes(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes
    }
}

/// The conversation with Debian's docker-registry: open, with a password, with a token server, with a CA of our own (ring 4).
@Suite(.enabled(if: Registries.current != nil, "run e2e/lib/test_registries.py"), .timeLimit(.minutes(2)), .serialized)
struct RealRegistryTests {
    private let registries: Registries
    private let credential: RegistryCredential

    init() throws {
        registries = try #require(Registries.current)
        credential = RegistryCredential(username: registries["user"], password: Redacted(registries["password"]))
    }

    private func withClient<Value>(_ body: (RegistryClient) async throws -> Value) async throws -> Value {
        let loops = EventLoops(threads: 1)
        var configuration = AHCTransport.Configuration()
        configuration.tls.authorities = Registries.bytes(registries["ca"])
        let transport = try AHCTransport(configuration, on: loops)
        let start = ContinuousClock.now
        let endpoints = ["open", "basic", "token", "tokens"].map {
            RegistryEndpoint(host: registries[$0], endpoint: registries[$0], isPlainHTTP: true)
        }
        let client = RegistryClient(
            transport: transport, endpoints: endpoints, now: { Instant(sinceStart: start.duration(to: .now)) })
        let result: Result<Value, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        await transport.shutdown()
        await loops.shutdown()
        return try result.get()
    }

    private func reference(_ registry: String, _ rest: String) throws -> ImageReference {
        try ImageReference(parsing: "\(registries[registry])/\(rest)")
    }

    @Test(arguments: ["open", "basic", "token", "tls"])
    func `tags, digests and children`(registry: String) async throws {
        let credentials = registry == "basic" ? [credential] : []
        try await withClient { client in
            let host = registries[registry]
            let list = try await client.tags(of: "test/app", on: host, credentials: credentials)
            #expect(Set(list.tags) == Set((0..<25).map { "1.\($0).0" }))
            let many = try await client.tags(of: "test/many", on: host, credentials: credentials)
            #expect(many.tags.count == 2_500)
            #expect(many.cut == nil)
            let digest = try await client.digest(of: reference(registry, "test/app:1.3.0"), credentials: credentials)
            let (_, computed) = try await client.manifest(
                of: reference(registry, "test/app:1.3.0"), credentials: credentials)
            #expect(digest == computed)
            let arm = try await client.digest(
                of: reference(registry, "test/index"), for: Platform(os: "linux", architecture: "arm"),
                credentials: credentials)
            #expect(arm.description == registries.facts.at("children", "linux/arm")?.stringValue)
        }
    }

    @Test func `a check costs one request once the registry is known, by its own log`() async throws {
        try await withClient { client in
            _ = try await client.digest(of: reference("token", "test/app:1.0.0"))
            let (before, tokens) = (registries.log("token").count, registries.log("tokens").count)
            for minor in 0..<25 { _ = try await client.digest(of: reference("token", "test/app:1.\(minor).0")) }
            #expect(registries.log("token").count - before == 25)
            #expect(registries.log("tokens").count == tokens)
        }
    }

    @Test func `who may not see a repository is told so, and a wrong account does not spoil what all may see`()
        async throws
    {
        try await withClient { client in
            let wrong = RegistryCredential(username: "nobody", password: Redacted("wrong"))
            _ = try await client.digest(of: reference("token", "test/app:1.0.0"), credentials: [wrong])
            _ = try await client.digest(of: reference("token", "test/private:1.0.0"), credentials: [wrong, credential])
            let hidden = await #expect(throws: RegistryError.self) {
                try await client.digest(of: reference("token", "test/private:1.0.0"), credentials: [wrong])
            }
            #expect(hidden?.reason == .unauthorized)
            #expect(hidden?.httpStatus == 401)
            let error = await #expect(throws: RegistryError.self) {
                try await client.tags(of: "test/app", on: registries["basic"], credentials: [wrong])
            }
            #expect(error?.reason == .unauthorized)
        }
    }

    @Test func `what is not there is not there`() async throws {
        try await withClient { client in
            for image in ["test/app:9.9.9", "test/none:1", "test/app@sha256:" + String(repeating: "0", count: 64)] {
                let error = await #expect(throws: RegistryError.self) {
                    try await client.manifest(of: reference("open", image))
                }
                #expect(error?.reason == .notFound)
            }
            let error = await #expect(throws: RegistryError.self) {
                try await client.tags(of: "test/none", on: registries["open"])
            }
            #expect(error?.reason == .notFound)
        }
    }

    @Test func `a registry without TLS is not reached under a name that nobody says it of`() async throws {
        try await withClient { client in
            // Under this name no configuration says that it speaks plain HTTP.
            let other = try ImageReference(
                parsing: "127.0.0.1:\(registries["open"].split(separator: ":")[1])/test/app:1.0.0")
            let error = await #expect(throws: RegistryError.self) { try await client.digest(of: other) }
            guard case .unreachable? = error?.reason else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}
