// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel
import Testing

@testable import KubernetesClient

@Suite struct APIErrorTests {
    @Test func `a Status is read with its causes`() {
        let body = #"""
            {"kind":"Status","apiVersion":"v1","status":"Failure","message":"Apply failed","reason":"Conflict","code":409,
            "details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"x\"","field":".spec.a"}],"retryAfterSeconds":4}}
            """#
        let status = APIStatus(code: 409, body: Array(body.utf8), retryAfter: nil)
        #expect(status.reason == "Conflict")
        #expect(
            status.causes == [.init(reason: "FieldManagerConflict", message: "conflict with \"x\"", field: ".spec.a")])
        #expect(status.retryAfterSeconds == 4)
        #expect(status.description == "409 Conflict: Apply failed")
    }

    @Test(arguments: ["<html>502\u{1B}[31m</html>", "", "{", "[1]", "null"])
    func `something else than the API answered: code, no reason, its text made harmless`(body: String) {
        let status = APIStatus(code: 502, body: Array(body.utf8), retryAfter: nil)
        #expect(status.code == 502)
        #expect(status.reason == "")
        #expect(!status.description.contains("\u{1B}"))
    }

    @Test func `a message is capped`() {
        let error = APIError.status(
            APIStatus(code: 422, reason: "Invalid", message: String(repeating: "x", count: 100_000)), request: "POST /x"
        )
        #expect(error.description.utf8.count < 1100)
    }

    @Test func `every request says who we are and what we want, and nothing secret is repeated`() async {
        let transport = ScriptedTransport(
            answer(403, #"{"kind":"Status","reason":"Forbidden","code":403,"message":"no"}"#))
        do throws(APIError) {
            _ = try await client(transport).create(.secrets, namespace: "a", body: ["data": ["password": "c2VjcmV0"]])
            Issue.record("no error")
        } catch {
            #expect(error.description == "POST /api/v1/namespaces/a/secrets: 403 Forbidden: no")
            #expect(error.wasNotDone)
        }
        let request = transport.requests[0]
        #expect(request.headers.contains(HTTPHeader("User-Agent", "watchbill/1.0")))
        #expect(request.headers.contains(HTTPHeader("Accept", "application/json")))
        #expect(request.headers.contains(HTTPHeader("Content-Type", "application/json")))
        #expect(!request.headers.contains { $0.name.lowercased() == "accept-encoding" })
    }

    @Test func `an answer that is no JSON is a decoding error of that request`() async {
        let transport = ScriptedTransport(answer(200, "nonsense"))
        let error = await #expect(throws: APIError.self) { try await client(transport).version() }
        #expect(error?.description.hasPrefix("GET /version: the answer could not be read") == true)
        #expect(error?.wasNotDone == false)
    }

    @Test func `a body cut in the middle is a transport error`() async {
        let transport = ScriptedTransport(
            .success(HTTPResponse(status: 200, body: BrokenBody("{\"a\"", then: .interrupted(reason: "reset")))))
        await #expect(throws: APIError.transport(.interrupted(reason: "reset"), request: "GET /version")) {
            try await client(transport).version()
        }
    }

    @Test func `what a group serves, without subresources, nil when it is not served`() async throws {
        let served = ScriptedTransport(
            answer(200, #"{"resources":[{"name":"jobs"},{"name":"jobs/status"},{"name":"cronjobs"}]}"#))
        #expect(try await client(served).resources(group: "batch", version: "v1") == ["jobs", "cronjobs"])
        #expect(served.requests.first?.url == "/apis/batch/v1")
        let absent = ScriptedTransport(answer(404, "404 page not found"))
        #expect(try await client(absent).resources(group: "x.dev", version: "v1") == nil)
    }
}
