// SPDX-License-Identifier: Apache-2.0

/// The most bytes that are kept of a text from outside.
enum TextLimit {
    static let id = 64
    static let name = 256
    static let version = 128
    static let fixed = 256
    static let title = 200
    static let path = 512
    static let purl = 512
    static let word = 64
    static let digest = 160
    static let message = 400
    static let stderrTail = 2048
}
