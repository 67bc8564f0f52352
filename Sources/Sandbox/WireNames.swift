// SPDX-License-Identifier: Apache-2.0
import HTTPTransport

// The listener speaks with two worlds whose types have equal names; these are the transport's.
typealias WireRequest = HTTPRequest
typealias WireResponse = HTTPResponse
typealias WireMethod = HTTPMethod
