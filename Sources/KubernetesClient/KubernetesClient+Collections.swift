// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import JSONScan
import KubernetesModel

extension KubernetesClient {
    /// Bytes of one page; 500 objects of the largest size that etcd takes would not fit, but none of ours or of any
    /// cluster come near.
    private static var pageLimit: Int { 64 << 20 }

    /// One page, each item decoded straight from the response's bytes by `item`.
    package func listPage(
        _ query: CollectionQuery, from start: ListStart = .mostRecent, limit: Int = 500,
        item: (inout JSONScanner) throws(JSONError) -> Void, unreadable: (ObjectMetadata, JSONError) -> Void
    ) async throws(APIError) -> ListPage {
        let request = try APIRequest.list(query, from: start, limit: limit)
        let bytes = try await send(request, upTo: Self.pageLimit)
        return try decoding(request) { () throws(JSONError) in
            var scanner = JSONScanner(bytes)
            return try ListPage(from: &scanner, item: item, unreadable: unreadable)
        }
    }

    /// One page of a type's objects; what cannot be read comes as `Decoded.unreadable`.
    package func listPage<Object: KubernetesObject>(
        _ type: Object.Type, _ query: CollectionQuery, from start: ListStart = .mostRecent, limit: Int = 500,
        into: (Decoded<Object>) -> Void
    ) async throws(APIError) -> ListPage {
        try await listPage(query, from: start, limit: limit) { (scanner) throws(JSONError) in
            into(.object(try Object(from: &scanner)))
        } unreadable: { metadata, error in
            into(.unreadable(metadata, error))
        }
    }

    /// Opens a watch; events are pulled from what it returns. `seconds` is when the server ends it.
    package func watch(
        _ query: CollectionQuery, from resourceVersion: String, seconds: Int
    ) async throws(APIError) -> WatchStream {
        let request = try APIRequest.watch(query, from: resourceVersion, seconds: seconds)
        let response = try await open(request)
        return WatchStream(body: response.body, request: request.summary)
    }
}
