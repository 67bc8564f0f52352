// SPDX-License-Identifier: Apache-2.0
import APIConformance
import EmbeddedAPIServer
import Essentials
import Glibc
import HTTPClientTransport
import HTTPTransport
import JSONScan
import KubernetesClient
import KubernetesModel
import Logging
import Sandbox
import Testing

/// The sandbox over TLS with the real client, as the operator and kubectl reach it.
@Suite(.timeLimit(.minutes(2)), .serialized) struct SandboxServerTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/sandbox-tests.XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
    }

    /// Runs `body` with a client that knows nothing but the kubeconfig.
    private func withSandbox(
        _ body: @Sendable @escaping (SandboxServer, AHCTransport) async throws -> Void
    ) async throws {
        let loops = EventLoops(threads: 1)
        let sandbox = try SandboxServer(
            folder: try SandboxFolder(folder), address: SandboxAddress(host: nil, port: 0), group: loops.group,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            now: { Timestamp(secondsSinceEpoch: Int64(time(nil))) })
        let (ready, isReady) = AsyncStream<String>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sandbox.run { isReady.yield($0) } }
            var paths = ready.makeAsyncIterator()
            let path = try #require(await paths.next())
            let credentials = try Kubeconfig(paths: [path], read: LocalFile.read).credentials(context: nil)
            let material = try credentials.material(read: LocalFile.read)
            var configuration = AHCTransport.Configuration(baseURL: credentials.server)
            configuration.tls.authorities = material.authorities
            let transport = try AHCTransport(configuration, on: loops)
            do {
                try await body(sandbox, transport)
            } catch {
                await transport.shutdown()
                throw error
            }
            await transport.shutdown()
            group.cancelAll()
        }
        await loops.shutdown()
    }

    private var token: String {
        get throws { String(decoding: try LocalFile.read(folder + "/token"), as: UTF8.self) }
    }

    private func send(
        _ transport: any HTTPTransport, _ method: HTTPMethod, _ path: String, token: String?, body: [UInt8]? = nil
    ) async throws -> (status: Int, body: JSONValue) {
        var headers = [HTTPHeader("Content-Type", "application/json")]
        if let token { headers.append(HTTPHeader("Authorization", "Bearer \(token)")) }
        let answer = try await transport.send(HTTPRequest(method, path, headers: headers, body: body))
        let bytes = try await answer.body.collect(upTo: 1 << 24)
        return (answer.status, (try? JSONValue(parsing: bytes)) ?? .null)
    }

    private static let configMaps = "/api/v1/namespaces/default/configmaps"

    private func configMap(_ name: String) -> [UInt8] {
        JSONValue.object(["metadata": ["name": .string(name)], "data": ["a": "1"]]).canonicalBytes
    }

    @Test func `only who has the token is served, and a service account's token stands for it`() async throws {
        try await withSandbox { _, transport in
            let token = try self.token
            #expect(try await send(transport, .get, "/api/v1/namespaces", token: nil).status == 401)
            #expect(try await send(transport, .get, "/api/v1/namespaces", token: "wrong").status == 401)
            #expect(try await send(transport, .get, "/api/v1/namespaces", token: token).status == 200)
            let accounts = "/api/v1/namespaces/default/serviceaccounts"
            #expect(try await send(transport, .post, accounts, token: token, body: configMap("robot")).status == 201)
            let request = try await send(
                transport, .post, accounts + "/robot/token", token: token, body: Array("{}".utf8))
            let robot = try #require(request.body.at("status", "token")?.stringValue)
            #expect(try await send(transport, .get, "/api/v1/namespaces", token: robot).status == 403)
        }
    }

    @Test func `what was written is there after a restart, also behind a journal whose end is torn`() async throws {
        try await withSandbox { _, transport in
            let token = try self.token
            for name in ["a", "b"] {
                #expect(
                    try await send(transport, .post, Self.configMaps, token: token, body: configMap(name)).status == 201
                )
            }
            #expect(try await send(transport, .delete, Self.configMaps + "/a", token: token).status == 200)
        }
        let journal = folder + "/journal"
        let descriptor = open(journal, O_WRONLY | O_APPEND)
        #expect(write(descriptor, "{\"revision\":99,\"gro", 19) == 19)
        close(descriptor)
        try await withSandbox { sandbox, transport in
            let token = try self.token
            let list = try await send(transport, .get, Self.configMaps, token: token)
            #expect(list.body["items"]?.arrayValue?.compactMap { $0.at("metadata", "name") } == ["b"])
            #expect(sandbox.server.revision > 1)
        }
    }

    @Test func `a body beyond the limit is refused and the next request is answered`() async throws {
        try await withSandbox { _, transport in
            let token = try self.token
            let large = [UInt8](repeating: 0x20, count: (3 << 20) + 1)
            // The connection is closed under what is still being sent, so an answer may not come through.
            let answer = try? await send(transport, .post, Self.configMaps, token: token, body: large)
            #expect(answer == nil || answer?.status == 413)
            #expect(try await send(transport, .get, "/api/v1/namespaces", token: token).status == 200)
        }
    }

    @Test func `a watch streams event by event and ends with its client`() async throws {
        try await withSandbox { sandbox, transport in
            let token = try self.token
            let headers = [HTTPHeader("Authorization", "Bearer \(token)")]
            let answer = try await transport.send(
                HTTPRequest(.get, Self.configMaps + "?watch=1&resourceVersion=1", headers: headers))
            #expect(answer.status == 200)
            #expect(try await send(transport, .post, Self.configMaps, token: token, body: configMap("w")).status == 201)
            let chunk = try #require(try await answer.body.next())
            #expect(String(decoding: chunk, as: UTF8.self).contains("\"ADDED\""))
            #expect(sandbox.server.openWatches == 1)
        }
    }

    @Test func `the log of a container is followed until the container has ended`() async throws {
        try await withSandbox { sandbox, transport in
            let token = try self.token
            let pods = "/api/v1/namespaces/default/pods"
            let pod: JSONValue = [
                "metadata": ["name": "p"], "spec": ["containers": [["name": "main", "image": "x:1"]]],
            ]
            let made = try await send(transport, .post, pods, token: token, body: pod.canonicalBytes)
            let uid = try #require(made.body.at("metadata", "uid")?.stringValue)
            #expect(try await send(transport, .get, pods + "/p/log", token: token).status == 200, "no node, no log")
            mkdir(sandbox.folder.pods, 0o700)
            mkdir(sandbox.folder.pods + "/" + uid, 0o700)
            let file = try #require(fopen(sandbox.folder.pods + "/\(uid)/main.log", "a"))
            fputs("2026-01-31T23:59:59.000001Z stdout F one\nplain two\n", file)
            fflush(file)
            let answer = try await transport.send(
                HTTPRequest(
                    .get, pods + "/p/log?follow=true&container=main",
                    headers: [HTTPHeader("Authorization", "Bearer \(token)")]))
            var text = ""
            while text.utf8.count < 14, let chunk = try await answer.body.next() {
                text += String(decoding: chunk, as: UTF8.self)
            }
            #expect(text == "one\nplain two\n")
            fputs("three\n", file)
            fclose(file)
            let status: JSONValue = [
                "status": [
                    "phase": "Succeeded",
                    "containerStatuses": [["name": "main", "state": ["terminated": ["exitCode": 0]]]],
                ]
            ]
            let patch = try await transport.send(
                HTTPRequest(
                    .patch, pods + "/p/status",
                    headers: [
                        HTTPHeader("Authorization", "Bearer \(token)"),
                        HTTPHeader("Content-Type", "application/merge-patch+json"),
                    ], body: status.canonicalBytes))
            #expect(patch.status == 200)
            var rest = ""
            while let chunk = try await answer.body.next() { rest += String(decoding: chunk, as: UTF8.self) }
            #expect(rest == "three\n")
            let tail = try await transport.send(
                HTTPRequest(
                    .get, pods + "/p/log?tailLines=2&timestamps=true",
                    headers: [HTTPHeader("Authorization", "Bearer \(token)")]))
            #expect(String(decoding: try await tail.body.collect(upTo: 1000), as: UTF8.self) == "plain two\nthree\n")
        }
    }

    @Test func `a second sandbox keeps away from a folder in use`() throws {
        let first = try SandboxFolder(folder)
        #expect(throws: SandboxError.inUse(path: folder)) { _ = try SandboxFolder(folder) }
        _ = first.path
    }
}
