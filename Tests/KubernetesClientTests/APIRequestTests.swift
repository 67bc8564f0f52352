// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel
import Testing

@testable import KubernetesClient

@Suite struct APIRequestTests {
    private let pods = CollectionQuery(.pods)

    @Test func `the last step of a Pod's deletion has no grace and names the uid, a token is bound to its Pod`() throws
    {
        let key = ObjectKey(namespace: "a", name: "b")
        let deletion = try APIRequest.deleteNow(.pods, key, uid: "u")
        #expect(deletion.method == .delete && deletion.path == "/api/v1/namespaces/a/pods/b")
        let options = try JSONValue(parsing: deletion.body ?? [])
        #expect(options["gracePeriodSeconds"] == 0 && options["preconditions"] == ["uid": "u"])
        let token = try APIRequest.token(
            of: key, seconds: 600, pod: ObjectReference(.pods, key), uid: "u", audience: nil)
        #expect(token.path == "/api/v1/namespaces/a/serviceaccounts/b/token")
        #expect(try JSONValue(parsing: token.body ?? []).at("spec", "boundObjectRef", "uid") == "u")
    }

    @Test func `the first page asks for a limit and, by default, the most recent state`() throws {
        let request = try APIRequest.list(pods)
        #expect(request.path == "/api/v1/pods?limit=500")
        #expect(request.method == .get)
        #expect(request.lane == .lists)
        #expect(request.accept == "application/json")
    }

    @Test func `a version always comes with its match`() throws {
        let request = try APIRequest.list(pods, from: .notOlderThan("0"))
        #expect(request.path == "/api/v1/pods?limit=500&resourceVersion=0&resourceVersionMatch=NotOlderThan")
    }

    @Test func `a later page repeats the query and carries no version`() throws {
        let query = CollectionQuery(.jobs, namespace: "a", labelSelector: "x=y", fieldSelector: "spec.nodeName!=b")
        let request = try APIRequest.list(query, from: .continuing("eyJ2IjoibWV0YS5rOHMuaW8vdjEi+/="))
        #expect(
            request.path
                == "/apis/batch/v1/namespaces/a/jobs?labelSelector=x%3Dy&fieldSelector=spec.nodeName%21%3Db&limit=500&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEi%2B%2F%3D"
        )
    }

    @Test func `selectors are encoded byte by byte`() throws {
        let query = CollectionQuery(.pods, labelSelector: "a in (b,c),!d,é=+ &#")
        #expect(
            try APIRequest.list(query).path
                == "/api/v1/pods?labelSelector=a%20in%20%28b%2Cc%29%2C%21d%2C%C3%A9%3D%2B%20%26%23&limit=500")
    }

    @Test func `a watch asks for bookmarks, an end and at most 70 s of silence`() throws {
        let request = try APIRequest.watch(pods, from: "12", seconds: 290)
        #expect(
            request.path == "/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=12&timeoutSeconds=290")
        #expect(request.lane == .watches)
        #expect(request.inactivityLimit == .seconds(70))
    }

    @Test func `metadata only is asked for as a list and as single objects`() throws {
        var query = pods
        query.isMetadataOnly = true
        #expect(try APIRequest.list(query).accept == "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
        #expect(
            try APIRequest.watch(query, from: "1", seconds: 1).accept
                == "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
    }

    @Test func `apply is a strict server-side apply under its manager`() throws {
        let request = try APIRequest.apply(
            .deployments, ObjectKey(namespace: "a", name: "b"), subresource: "status", body: ["b": 1, "a": 2],
            manager: "watchbill-status",
            force: true)
        #expect(request.method == .patch)
        #expect(
            request.path
                == "/apis/apps/v1/namespaces/a/deployments/b/status?fieldManager=watchbill-status&force=true&fieldValidation=Strict"
        )
        #expect(request.contentType == "application/apply-patch+yaml")
        #expect(request.body == Array(#"{"a":2,"b":1}"#.utf8))
        #expect(request.lane == .writes)
    }

    @Test func `a delete names the object it has seen`() throws {
        let request = try APIRequest.delete(.pods, ObjectKey(namespace: "a", name: "b"), uid: "u", resourceVersion: "7")
        #expect(request.method == .delete)
        #expect(
            request.body
                == Array(
                    #"{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"resourceVersion":"7","uid":"u"},"propagationPolicy":"Background"}"#
                        .utf8))
    }

    @Test func `Lease requests have a lane of their own`() throws {
        let key = ObjectKey(namespace: "a", name: "b")
        #expect(try APIRequest.get(.leases, key).lane == .lease)
        #expect(try APIRequest.replace(.leases, key, body: [:], manager: "w").lane == .lease)
        #expect(try APIRequest.create(.leases, namespace: "a", body: [:], manager: "w").lane == .lease)
    }

    @Test func `logs name the container and the limit`() throws {
        let request = try APIRequest.logs(
            pod: ObjectKey(namespace: "a", name: "b"), container: "c", limitBytes: 9, previous: true)
        #expect(request.path == "/api/v1/namespaces/a/pods/b/log?container=c&limitBytes=9&previous=true")
    }

    @Test(arguments: ["", ".", "..", "a/b", "a%2Fb", "../../secrets/x", String(repeating: "a", count: 254)])
    func `a name that would change the path is refused before anything is sent`(name: String) {
        for key in [ObjectKey(namespace: "a", name: name), ObjectKey(namespace: name, name: "a")] {
            let error = #expect(throws: APIError.self) {
                try APIRequest.delete(.pods, key, uid: "u", resourceVersion: nil)
            }
            #expect(error?.wasNotDone == true)
        }
        #expect(throws: APIError.self) { try APIRequest.create(.pods, namespace: name, body: [:], manager: "w") }
        #expect(throws: APIError.self) { try APIRequest.list(CollectionQuery(.pods, namespace: name)) }
    }

    @Test func `a summary leaves the query out`() throws {
        #expect(try APIRequest.list(pods, from: .continuing("secret")).summary == "GET /api/v1/pods")
    }
}
