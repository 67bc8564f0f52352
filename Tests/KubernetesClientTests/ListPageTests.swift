// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel
import Testing

@testable import KubernetesClient

@Suite struct ListPageTests {
    private struct Read: Equatable {
        var names: [String] = []
        var unreadable: [String] = []
        var page = ListPage()
    }

    /// Reads `spec.n` as an integer from each item, so that items can be wrong.
    private func read(_ text: String) async throws -> Read {
        let transport = ScriptedTransport(answer(200, text))
        var read = Read()
        read.page = try await client(transport).listPage(CollectionQuery(.pods)) { (scanner) throws(JSONError) in
            var name = ""
            try scanner.readObject { (key, scanner) throws(JSONError) in
                switch key {
                case "metadata": name = try ObjectMetadata(from: &scanner).name
                case "n": _ = try scanner.readInteger()
                default: try scanner.skipValue()
                }
            }
            read.names.append(name)
        } unreadable: { metadata, error in
            read.unreadable.append("\(metadata.namespace)/\(metadata.name) \(error.path)")
        }
        return read
    }

    @Test func `items are handed over one by one, with version, token and rest`() async throws {
        let read = try await read(
            """
            {"kind":"PodList","metadata":{"resourceVersion":"77","continue":"tok","remainingItemCount":3},
            "items":[{"metadata":{"name":"a"},"n":1},{"metadata":{"name":"b"}}]}
            """)
        #expect(read.names == ["a", "b"])
        #expect(read.page.resourceVersion == "77")
        #expect(read.page.continueToken == "tok")
        #expect(read.page.remainingItems == 3)
    }

    @Test(arguments: [
        #"{"metadata":{"resourceVersion":"1","continue":"t"},"items":[]}"#,
        #"{"metadata":{"resourceVersion":"1","continue":"t"},"items":null}"#,
        #"{"metadata":{"resourceVersion":"1","continue":"t"}}"#,
    ])
    func `an empty page may have a successor`(text: String) async throws {
        let read = try await read(text)
        #expect(read.names == [])
        #expect(read.page.continueToken == "t")
    }

    @Test func `an empty continue token means the last page`() async throws {
        #expect(try await read(#"{"metadata":{"continue":""},"items":[]}"#).page.continueToken == nil)
    }

    @Test func `an item that cannot be read is reported and the others are read`() async throws {
        let read = try await read(
            """
            {"items":[{"metadata":{"name":"a"}},{"metadata":{"namespace":"x","name":"b"},"n":"one"},{"n":1.5},7,
            {"metadata":{"name":"c"},"n":2}],"metadata":{"resourceVersion":"5"}}
            """)
        #expect(read.names == ["a", "c"])
        #expect(read.unreadable == ["x/b n", "/ n", "/ "])
        #expect(read.page.resourceVersion == "5")
    }

    @Test(arguments: ["", "nonsense", #"{"items":[{"metadata":{"name":"a"}"#, #"{"items":[}"#, "[]"])
    func `a page that is no JSON is an error`(text: String) async throws {
        let error = await #expect(throws: APIError.self) { try await read(text) }
        guard case .decoding = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a page over the limit is refused`() async throws {
        let chunk = [UInt8](repeating: 0x20, count: 1 << 20)
        let transport = ScriptedTransport { _, _ in
            .success(HTTPResponse(status: 200, body: BytesBody(chunks: Array(repeating: chunk, count: 65))))
        }
        await #expect(throws: APIError.transport(.tooLarge(limit: 64 << 20), request: "GET /api/v1/pods")) {
            try await client(transport).listPage(CollectionQuery(.pods), item: { _ in }, unreadable: { _, _ in })
        }
    }

    @Test func `an expired token comes with a way to go on from another version`() async throws {
        let transport = ScriptedTransport(
            answer(410, #"{"kind":"Status","metadata":{"continue":"other"},"reason":"Expired","code":410}"#))
        do throws(APIError) {
            _ = try await client(transport).listPage(
                CollectionQuery(.pods), from: .continuing("old"), item: { _ in }, unreadable: { _, _ in })
            Issue.record("no error")
        } catch {
            #expect(error.status?.isExpired == true)
            #expect(error.status?.continueToken == "other")
        }
    }

    @Test(arguments: [
        #"{"kind":"Status","code":504,"reason":"Timeout","message":"Too large resource version: 9, current: 8","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"m"}],"retryAfterSeconds":1}}"#,
        #"{"kind":"Status","code":504,"reason":"Timeout","message":"Too large resource version: 9, current: 8"}"#,
    ])
    func `a version that is not reached yet is told apart from other timeouts`(body: String) {
        #expect(APIStatus(code: 504, body: Array(body.utf8), retryAfter: nil).isTooLargeResourceVersion)
        #expect(!APIStatus(code: 504, body: Array("{}".utf8), retryAfter: nil).isTooLargeResourceVersion)
    }
}
