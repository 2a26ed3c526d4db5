# Tapedeck, the backend of a voice recorder, on Lambda, DynamoDB and S3.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "stage" {
  description = "In the names of the function, the table and the logs; stages share nothing."
  type        = string
  default     = "prod"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,15}$", var.stage))
    error_message = "Lower-case letters, digits and hyphens, at most 16."
  }
}

variable "door" {
  description = "http-api has throttling and own domains; function-url streams its answers."
  type        = string
  default     = "http-api"
  validation {
    condition     = contains(["http-api", "function-url"], var.door)
    error_message = "http-api or function-url."
  }
}

variable "memory" {
  description = "MB. CPU comes with it; signing in needs 64 MB for the password's hash."
  type        = number
  default     = 512
}

variable "signup" {
  description = "Who may make an account: invite, open or closed."
  type        = string
  default     = "invite"
}

variable "concurrency" {
  description = "The most instances at one time; -1 for the account's own limit."
  type        = number
  default     = -1
}

variable "cors_origins" {
  description = "Web origins that may call the API from a browser."
  type        = list(string)
  default     = []
}

variable "log_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30
}

variable "alarm_topics" {
  description = "ARNs of SNS topics that hear of alarms."
  type        = list(string)
  default     = []
}

locals {
  name = "tapedeck-${var.stage}"
  url  = var.door == "function-url"
  listed = [
    "description", "sniffed_type", "recorded_at", "created_at", "changed_at", "state", "recovered",
    "partial", "maker", "trashed_at", "version", "size", "sha256", "gone", "last_append_at",
  ]
  clocks = {
    due = "rate(1 minute)"
    all = "rate(12 hours)"
  }
}

# ---- what is kept -----------------------------------------------------------------------------

resource "aws_dynamodb_table" "facts" {
  name                        = local.name
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = true
  hash_key                    = "PK"
  range_key                   = "SK"

  dynamic "attribute" {
    for_each = ["PK", "SK", "L", "C"]
    content {
      name = attribute.value
      type = "S"
    }
  }
  local_secondary_index {
    name               = "listed"
    range_key          = "L"
    projection_type    = "INCLUDE"
    non_key_attributes = local.listed
  }
  local_secondary_index {
    name               = "changed"
    range_key          = "C"
    projection_type    = "INCLUDE"
    non_key_attributes = local.listed
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket" "audio" {
  bucket_prefix = "${local.name}-"
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "audio" {
  bucket                  = aws_s3_bucket.audio.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "audio" {
  bucket = aws_s3_bucket.audio.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "audio" {
  bucket = aws_s3_bucket.audio.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "audio" {
  bucket = aws_s3_bucket.audio.id
  rule {
    id     = "unfinished-uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "audio" {
  bucket = aws_s3_bucket.audio.id
  cors_rule {
    allowed_methods = ["GET", "HEAD", "PUT"]
    allowed_origins = length(var.cors_origins) > 0 ? var.cors_origins : ["*"]
    allowed_headers = ["*"]
    expose_headers  = ["ETag", "Content-Range", "Accept-Ranges", "Content-Length"]
    max_age_seconds = 3600
  }
}

data "aws_iam_policy_document" "tls_only" {
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.audio.arn, "${aws_s3_bucket.audio.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "audio" {
  bucket = aws_s3_bucket.audio.id
  policy = data.aws_iam_policy_document.tls_only.json
}

# ---- the function -----------------------------------------------------------------------------

resource "aws_cloudwatch_log_group" "logs" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = var.log_days
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "role" {
  statement {
    sid = "Facts"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:DeleteItem",
      "dynamodb:DescribeTable",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [aws_dynamodb_table.facts.arn, "${aws_dynamodb_table.facts.arn}/index/*"]
  }
  statement {
    sid = "Audio"
    actions = [
      "s3:AbortMultipartUpload",
      "s3:DeleteObject",
      "s3:GetObject",
      "s3:ListMultipartUploadParts",
      "s3:PutObject",
    ]
    resources = ["${aws_s3_bucket.audio.arn}/blobs/*"]
  }
  statement {
    sid = "Bucket" # the last three tell that it is not open to the public
    actions = [
      "s3:ListBucket",
      "s3:ListBucketMultipartUploads",
      "s3:GetBucketPublicAccessBlock",
      "s3:GetBucketPolicyStatus",
      "s3:GetBucketAcl",
    ]
    resources = [aws_s3_bucket.audio.arn]
  }
  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.logs.arn}:*"]
  }
}

resource "aws_iam_role" "role" {
  name_prefix        = "${local.name}-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "role" {
  name   = "tapedeck"
  role   = aws_iam_role.role.id
  policy = data.aws_iam_policy_document.role.json
}

resource "aws_lambda_function" "function" {
  function_name                  = local.name
  filename                       = "${path.module}/tapedeck-lambda.zip"
  source_code_hash               = filebase64sha256("${path.module}/tapedeck-lambda.zip")
  runtime                        = "provided.al2023"
  architectures                  = ["x86_64"]
  handler                        = "bootstrap"
  memory_size                    = var.memory
  timeout                        = 300
  role                           = aws_iam_role.role.arn
  reserved_concurrent_executions = var.concurrency
  depends_on                     = [aws_cloudwatch_log_group.logs]

  environment {
    variables = {
      TAPEDECK_CATALOG          = "dynamo"
      TAPEDECK_DYNAMO_TABLE     = aws_dynamodb_table.facts.name
      TAPEDECK_BLOBS            = "s3"
      TAPEDECK_S3_BUCKET        = aws_s3_bucket.audio.id
      TAPEDECK_SIGNUP           = var.signup
      TAPEDECK_CORS_ORIGINS     = join(",", var.cors_origins)
      TAPEDECK_APPEND_BYTES_MAX = "4MiB"
      TAPEDECK_ANSWER_BYTES_MAX = local.url ? "190MiB" : "4MiB"
      TAPEDECK_LAMBDA_STREAMING = local.url ? "yes" : "no"
      TAPEDECK_LOG_FORMAT       = "json"
    }
  }
}

resource "aws_apigatewayv2_api" "api" {
  count         = local.url ? 0 : 1
  name          = local.name
  protocol_type = "HTTP"
  target        = aws_lambda_function.function.arn
}

resource "aws_lambda_permission" "api" {
  count         = local.url ? 0 : 1
  function_name = aws_lambda_function.function.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.api[0].execution_arn}/*"
}

resource "aws_lambda_function_url" "url" {
  count              = local.url ? 1 : 0
  function_name      = aws_lambda_function.function.function_name
  authorization_type = "NONE"
  invoke_mode        = "RESPONSE_STREAM"
}

resource "aws_lambda_permission" "url" {
  count                  = local.url ? 1 : 0
  function_name          = aws_lambda_function.function.function_name
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_url_auth_type = "NONE"
}

# ---- the clock: what is due, each minute; garbage, twice a day --------------------------------

resource "aws_cloudwatch_event_rule" "clock" {
  for_each            = local.clocks
  name                = "${local.name}-${each.key}"
  schedule_expression = each.value
}

resource "aws_cloudwatch_event_target" "clock" {
  for_each = local.clocks
  rule     = aws_cloudwatch_event_rule.clock[each.key].name
  arn      = aws_lambda_function.function.arn
  input = jsonencode({
    source        = "aws.events"
    "detail-type" = "Scheduled Event"
    detail        = { sweep = each.key }
  })
}

resource "aws_lambda_permission" "clock" {
  for_each      = local.clocks
  function_name = aws_lambda_function.function.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.clock[each.key].arn
}

# ---- alarms -----------------------------------------------------------------------------------

locals {
  alarms = {
    failed = {
      what = "Tapedeck's function failed.", metric = "Errors"
      operator = "GreaterThanThreshold", threshold = 0, period = 300, missing = "notBreaching"
    }
    throttled = {
      what = "Requests to Tapedeck were turned away for want of instances.", metric = "Throttles"
      operator = "GreaterThanThreshold", threshold = 0, period = 300, missing = "notBreaching"
    }
    silent = {
      what = "Tapedeck's clock does not tick; silent recordings are not completed."
      metric = "Invocations"
      operator = "LessThanThreshold", threshold = 1, period = 900, missing = "breaching"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each            = local.alarms
  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.what
  namespace           = "AWS/Lambda"
  metric_name         = each.value.metric
  dimensions          = { FunctionName = aws_lambda_function.function.function_name }
  statistic           = "Sum"
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = 1
  treat_missing_data  = each.value.missing
  alarm_actions       = var.alarm_topics
}

output "url" {
  description = "The server; for TAPEDECK_SERVER, and for the phone apps of the original with /api."
  value = local.url ? aws_lambda_function_url.url[0].function_url : aws_apigatewayv2_api.api[0].api_endpoint
}

output "table" {
  description = "For the admin's commands, TAPEDECK_DYNAMO_TABLE."
  value       = aws_dynamodb_table.facts.name
}

output "bucket" {
  description = "For the admin's commands, TAPEDECK_S3_BUCKET."
  value       = aws_s3_bucket.audio.id
}

output "function" {
  description = "For its logs, aws logs tail /aws/lambda/NAME --follow."
  value       = aws_lambda_function.function.function_name
}
